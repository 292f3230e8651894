import { describe, expect, it } from 'vitest'
import { alertRow, silenceRow } from './samples'
import {
  addMatcher, asksForNew, bodyOf, bySilence, draftOf, EMPTY, isComplete, matchersOf, mergeTimes, newAddress, removeMatcher, stateAt, withMatcher,
} from './silences'

const at = (text: string): number => Date.parse(text)

describe('draftOf', () => {
  it('asks for the rule and the source of the alert', () => {
    expect(draftOf(alertRow()).matchers).toEqual([
      { field: 'rule', operator: '=', value: 'smoke-alarm' },
      { field: 'source', operator: '=', value: 'sensor/smoke-7' },
    ])
  })
  it('asks for the zone where there is one, and for the cell where there is no source', () => {
    expect(draftOf(alertRow({ zone: 'bay' })).matchers.at(-1)).toEqual({ field: 'zone', operator: '=', value: 'bay' })
    expect(draftOf(alertRow({ source: null })).matchers.at(-1)).toEqual({ field: 'cell', operator: '=', value: '110101001001003' })
  })
})

describe('the form', () => {
  it('is complete with a matcher and a comment', () => {
    const draft = draftOf(alertRow())
    expect([isComplete(EMPTY), isComplete(draft), isComplete({ ...draft, comment: '  ' }), isComplete({ ...draft, comment: 'work' })]).toEqual([
      false, false, false, true,
    ])
  })
  it('leaves out what was not filled in, and keeps what asks for nothing on purpose', () => {
    const draft = addMatcher(withMatcher(addMatcher(EMPTY), 1, { field: ' zone ', operator: '!=', value: '' }))
    expect(matchersOf(draft)).toEqual([{ field: 'zone', operator: '!=', value: '' }])
  })
  it('changes and removes one matcher and leaves the others', () => {
    const draft = withMatcher(addMatcher(draftOf(alertRow())), 2, { value: 'x' })
    expect(draft.matchers.map((matcher) => matcher.value)).toEqual(['smoke-alarm', 'sensor/smoke-7', 'x'])
    expect(removeMatcher(draft, 1).matchers.map((matcher) => matcher.value)).toEqual(['smoke-alarm', 'x'])
  })
  it('sends an end that counts from now', () => {
    const body = bodyOf({ ...draftOf(alertRow()), comment: ' work ', minutes: 90 }, at('2026-03-02T08:00:00Z'))
    expect([body['comment'], body['ends_at'], body['kind']]).toEqual(['work', '2026-03-02T09:30:00.000Z', 'silence'])
  })
})

describe('stateAt', () => {
  it.each([
    ['2026-03-02T07:59:59Z', 'pending'],
    ['2026-03-02T08:00:00Z', 'active'],
    ['2026-03-02T10:00:00Z', 'expired'],
  ] as const)('%s: %s', (now, state) => {
    expect(stateAt(silenceRow(), at(now))).toBe(state)
  })
  it('ends when somebody ended it', () => {
    expect(stateAt(silenceRow({ expired_at: '2026-03-02T09:00:00Z' }), at('2026-03-02T09:00:00Z'))).toBe('expired')
  })
})

describe('bySilence', () => {
  it('puts what holds first, then what will, then what is over, the latest end first', () => {
    const rows = [
      silenceRow({ id: 'long over', starts_at: '2026-03-01T08:00:00Z', ends_at: '2026-03-01T10:00:00Z' }),
      silenceRow({ id: 'over', starts_at: '2026-03-01T08:00:00Z', ends_at: '2026-03-01T11:00:00Z' }),
      silenceRow({ id: 'later', starts_at: '2026-03-03T08:00:00Z', ends_at: '2026-03-03T10:00:00Z' }),
      silenceRow({ id: 'long', ends_at: '2026-03-04T10:00:00Z' }),
      silenceRow({ id: 'short' }),
    ]
    expect(rows.sort(bySilence(at('2026-03-02T09:00:00Z'))).map((row) => row.id)).toEqual(['short', 'long', 'later', 'over', 'long over'])
  })
})

describe('asksForNew', () => {
  it.each([
    [null, undefined],
    ['4f5e', undefined],
    ['newer', undefined],
    ['new', null],
    ['new-a1', 'a1'],
  ] as const)('%s: %s', (id, wanted) => {
    expect(asksForNew(id)).toBe(wanted)
  })
  it('reads what newAddress writes', () => {
    expect(asksForNew(newAddress('a1').split('/').at(-1) ?? '')).toBe('a1')
  })
})

describe('mergeTimes', () => {
  it('has milliseconds, and nothing where nothing was compared', () => {
    const merge = { outcome: 'opened', reason: 'nothing_before', at: '', spot: '', window_seconds: 7200, ticket: null, state: null, alerts: 0 } as const
    expect(mergeTimes({ ...merge, elapsed_seconds: null })).toEqual({ elapsed: null, window: 7_200_000 })
    expect(mergeTimes({ ...merge, elapsed_seconds: 1.5 }).elapsed).toBe(1500)
  })
})
