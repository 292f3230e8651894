/** Silences: the form that makes one, filled in from an alert, and the words for why something is quiet. */
import type { AlertRow, MatcherShape, MergeShape, Operator, SilenceKind, SilenceRow, SilenceState } from '../api/schema'

export const FIELDS = ['rule', 'severity', 'category', 'source', 'zone', 'cell', 'unit'] as const
export const OPERATORS: readonly Operator[] = ['=', '!=', '=~', '!~']

/** Lengths to choose from, in minutes. */
export const LENGTHS = [30, 60, 120, 480, 1440, 4320, 10_080] as const

export interface Draft {
  readonly kind: SilenceKind
  readonly matchers: readonly MatcherShape[]
  readonly comment: string
  /** From now, in minutes. */
  readonly minutes: number
}

export const EMPTY: Draft = { kind: 'silence', matchers: [{ field: 'rule', operator: '=', value: '' }], comment: '', minutes: 120 }

/** A form about alerts like this one: its rule, and where it comes from. */
export function draftOf(alert: AlertRow): Draft {
  const places = [['source', alert.source], ['zone', alert.zone], ['cell', alert.source === null ? alert.cell : null]] as const
  const found: MatcherShape[] = [{ field: 'rule', operator: '=', value: alert.rule }]
  for (const [field, value] of places) if (value !== null) found.push({ field, operator: '=', value })
  return { ...EMPTY, matchers: found }
}

/** What is sent: only matchers that say something, or that ask for nothing on purpose. */
export const matchersOf = (draft: Draft): MatcherShape[] =>
  draft.matchers
    .filter((matcher) => matcher.field.trim() !== '' && (matcher.value !== '' || matcher.operator !== '='))
    .map((matcher) => ({ ...matcher, field: matcher.field.trim() }))

/** Whether the form can be sent. */
export const isComplete = (draft: Draft): boolean => matchersOf(draft).length > 0 && draft.comment.trim() !== ''

/** The body of `POST /v1/silences`. */
export const bodyOf = (draft: Draft, now: number): Record<string, unknown> => ({
  kind: draft.kind,
  matchers: matchersOf(draft),
  comment: draft.comment.trim(),
  ends_at: new Date(now + draft.minutes * 60_000).toISOString(),
})

/** Change one matcher of a form. */
export const withMatcher = (draft: Draft, index: number, changes: Partial<MatcherShape>): Draft => ({
  ...draft,
  matchers: draft.matchers.map((matcher, place) => (place === index ? { ...matcher, ...changes } : matcher)),
})

export const addMatcher = (draft: Draft): Draft => ({ ...draft, matchers: [...draft.matchers, { field: 'source', operator: '=', value: '' }] })

export const removeMatcher = (draft: Draft, index: number): Draft => ({
  ...draft,
  matchers: draft.matchers.filter((_, place) => place !== index),
})

/** Where a silence stands at an instant: the server's word grows old while the page is open. */
export function stateAt(silence: SilenceRow, now: number): SilenceState {
  const over = Math.min(Date.parse(silence.ends_at), silence.expired_at === null ? Infinity : Date.parse(silence.expired_at))
  if (now >= over) return 'expired'
  return now >= Date.parse(silence.starts_at) ? 'active' : 'pending'
}

const RANK: Record<SilenceState, number> = { active: 0, pending: 1, expired: 2 }

/** Active before pending before expired; what ends first comes first, and what ended last. */
export const bySilence =
  (now: number) =>
  (a: SilenceRow, b: SilenceRow): number => {
    const [first, second] = [stateAt(a, now), stateAt(b, now)]
    const ends = Date.parse(a.ends_at) - Date.parse(b.ends_at)
    return RANK[first] - RANK[second] || (first === 'expired' ? -ends : ends)
  }

export const silenceTexts = (row: SilenceRow) => [row.text, row.comment, row.author.name, row.author.id]

/** The alert that a page's address asks to begin with: `new-<id>`; `null` for an empty form, `undefined` for no form at all. */
export function asksForNew(id: string | null): string | null | undefined {
  if (id === null || !/^new(-|$)/.test(id)) return undefined
  return id.length > 4 ? id.slice(4) : null
}

export const newAddress = (alert: string): string => `/silences/new-${encodeURIComponent(alert)}`

/** The lengths of time of a merge decision, in milliseconds. */
export const mergeTimes = (merge: MergeShape): { readonly elapsed: number | null; readonly window: number } => ({
  elapsed: merge.elapsed_seconds === null ? null : merge.elapsed_seconds * 1000,
  window: merge.window_seconds * 1000,
})
