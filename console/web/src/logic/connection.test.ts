import { describe, expect, it } from 'vitest'
import { afterFailure } from './connection'

describe('afterFailure', () => {
  it('doubles', () => {
    expect([0, 1, 2, 3].map((attempt) => afterFailure(attempt, 1))).toEqual([500, 1000, 2000, 4000])
  })
  it('is bounded, however often it failed', () => {
    expect(afterFailure(9, 1)).toBe(15_000)
    expect(afterFailure(5000, 1)).toBe(15_000)
  })
  it('is spread over the upper half', () => {
    expect(afterFailure(1, 0)).toBe(500)
    expect(afterFailure(1, 0.5)).toBe(750)
  })
})
