import { describe, expect, it } from 'vitest'
import { fit } from './photo'

describe('fit', () => {
  it.each([
    [4000, 3000, [1920, 1440]],
    [3000, 4000, [1440, 1920]],
    [800, 600, [800, 600]],
    [10_000, 1, [1920, 1]],
  ])('%d x %d', (width, height, size) => {
    expect(fit(width, height, 1920)).toEqual(size)
  })
})
