import { describe, expect, it } from 'vitest'
import { age, clockTime, duration } from './time'

const NOW = Date.parse('2026-03-02T08:30:00Z')

describe('clockTime', () => {
  it('shows only the time on the same day of the zone', () => {
    expect(clockTime('2026-03-02T00:00:05Z', NOW, 'en', 'Asia/Shanghai')).toBe('08:00:05')
  })
  it('puts the day before the time when it is another day of the zone', () => {
    expect(clockTime('2026-03-01T15:59:59Z', NOW, 'en', 'Asia/Shanghai')).toBe('1 Mar 23:59:59')
    expect(clockTime('2026-03-01T15:59:59Z', NOW, 'zh', 'Asia/Shanghai')).toBe('3月1日 23:59:59')
  })
})

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [-5000, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(duration(milliseconds, 'en')).toBe(text)
  })
  it('uses the units of the language', () => {
    expect(duration(7_500_000, 'zh')).toBe('2 小时 5 分')
  })
})

describe('age', () => {
  it('is the time since an instant', () => {
    expect(age('2026-03-02T08:29:20Z', NOW, 'en')).toBe('40 s')
  })
})
