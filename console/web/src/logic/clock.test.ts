import { describe, expect, it } from 'vitest'
import { read } from './clock'
import { clock } from './samples'

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`)

describe('read', () => {
  it('is green up to 80 % of the limit and yellow after it', () => {
    expect(read(clock(), at('09:36:00')).light).toBe('green')
    expect(read(clock(), at('09:36:01'))).toEqual({ light: 'yellow', left: 1_439_000 })
  })
  it('is red beyond the limit, and says by how much', () => {
    expect(read(clock(), at('10:00:01'))).toEqual({ light: 'red', left: -1000 })
  })
  it('leaves a working calendar to the server until the limit is passed', () => {
    expect(read(clock({ type: 'work_hour' }), at('09:59:00')).light).toBe('green')
    expect(read(clock({ type: 'work_hour' }), at('10:00:01')).light).toBe('red')
  })
  it('stands still when it was stopped', () => {
    expect(read(clock({ stopped_at: '2026-03-02T09:00:00Z', light: 'yellow' }), at('23:00:00'))).toEqual({ light: 'yellow', left: null })
  })
  it('does not turn back to green what the server called yellow after a pause', () => {
    expect(read(clock({ light: 'yellow' }), at('09:00:00')).light).toBe('yellow')
  })
})
