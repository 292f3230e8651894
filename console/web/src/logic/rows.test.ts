import { describe, expect, it } from 'vitest'
import { alertTexts, append, byAttention, byUrgency, isOpen, isShown, matches, ticketTexts, upsert } from './rows'
import { alertRow, clock, suppressor, ticketRow } from './samples'

describe('upsert', () => {
  it('puts a new row on top', () => {
    expect(upsert([alertRow()], alertRow({ id: 'a2' })).map((row) => row.id)).toEqual(['a2', 'a1'])
  })
  it('replaces a row where it stands', () => {
    const rows = upsert([alertRow(), alertRow({ id: 'a2' })], alertRow({ id: 'a2', count: 9, changed_at: '2026-03-02T09:00:00Z' }))
    expect(rows.map((row) => [row.id, row.count])).toEqual([['a1', 1], ['a2', 9]])
  })
  it('keeps the newer picture when an older one comes late', () => {
    const rows = upsert([alertRow({ count: 9, changed_at: '2026-03-02T09:00:00Z' })], alertRow())
    expect(rows[0]?.count).toBe(9)
  })
})

describe('append', () => {
  it('adds a page without doubles', () => {
    expect(append([alertRow()], [alertRow(), alertRow({ id: 'a2' })]).map((row) => row.id)).toEqual(['a1', 'a2'])
  })
})

describe('byAttention', () => {
  it('puts firing before resolved, unacknowledged before acknowledged, worse before better, new before old', () => {
    const rows = [
      alertRow({ id: 'resolved', state: 'resolved' }),
      alertRow({ id: 'quiet', suppressed_by: [suppressor()] }),
      alertRow({ id: 'seen', acknowledged_by: { id: 'x', name: 'X' } }),
      alertRow({ id: 'minor', severity: 'minor' }),
      alertRow({ id: 'older' }),
      alertRow({ id: 'newer', fired_at: '2026-03-02T08:00:09Z' }),
    ]
    expect(rows.sort(byAttention).map((row) => row.id)).toEqual(['newer', 'older', 'minor', 'seen', 'quiet', 'resolved'])
  })
})

describe('isShown', () => {
  it('parts alerts by state and by whether they are kept quiet', () => {
    const [heard, quiet, over] = [alertRow(), alertRow({ suppressed_by: [suppressor()] }), alertRow({ state: 'resolved' })]
    const shown = (['all', 'firing', 'resolved', 'suppressed', 'heard'] as const).map((filter) => [heard, quiet, over].map((row) => isShown(row, filter)))
    expect(shown).toEqual([
      [true, true, true],
      [true, true, false],
      [false, false, true],
      [false, true, false],
      [true, false, true],
    ])
  })
})

describe('byUrgency', () => {
  it('puts open before ended, life safety first, then what is due first', () => {
    const rows = [
      ticketRow({ id: 'closed', state: 'closed' }),
      ticketRow({ id: 'no limit' }),
      ticketRow({ id: 'later', clock: clock({ due_at: '2026-03-02T12:00:00Z' }) }),
      ticketRow({ id: 'sooner', clock: clock() }),
      ticketRow({ id: 'stopped', clock: clock({ stopped_at: '2026-03-02T09:00:00Z' }), changed_at: '2026-03-02T07:00:00Z' }),
      ticketRow({ id: 'lives', life_safety: true }),
    ]
    expect(rows.sort(byUrgency).map((row) => row.id)).toEqual(['lives', 'sooner', 'later', 'no limit', 'stopped', 'closed'])
  })
  it('knows which tickets have ended', () => {
    expect((['closed', 'cancelled', 'not_accepted', 'suspended'] as const).map((state) => isOpen(ticketRow({ state })))).toEqual([
      false, false, false, true,
    ])
  })
})

describe('matches', () => {
  it('wants every word, in any case and anywhere', () => {
    expect(matches('SMOKE lane', alertTexts(alertRow()))).toBe(true)
    expect(matches('smoke bridge', alertTexts(alertRow()))).toBe(false)
  })
  it('finds a person of a ticket by name in any language', () => {
    expect(matches('李娜', ticketTexts(ticketRow()))).toBe(true)
  })
  it('takes everything when nothing was typed', () => {
    expect(matches('', [])).toBe(true)
  })
})
