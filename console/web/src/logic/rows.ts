/** Lists of alerts and tickets: put changes in, filter, keep the order of people's attention. */
import type { AlertRow, Severity, State, TicketRow } from '../api/schema'

interface Row {
  readonly id: string
  readonly changed_at: string
}

/** Put a row into a list; an older picture of a row that is there already changes nothing. */
export function upsert<T extends Row>(rows: readonly T[], row: T): T[] {
  const index = rows.findIndex((other) => other.id === row.id)
  const before = rows[index]
  if (before === undefined) return [row, ...rows]
  if (Date.parse(before.changed_at) > Date.parse(row.changed_at)) return [...rows]
  return rows.with(index, row)
}

/** Add a page below what is there, without doubles. */
export function append<T extends Row>(rows: readonly T[], page: readonly T[]): T[] {
  const known = new Set(rows.map((row) => row.id))
  return [...rows, ...page.filter((row) => !known.has(row.id))]
}

const RANK: Record<Severity, number> = { critical: 0, major: 1, minor: 2, warning: 3 }
const ENDED: ReadonlySet<State> = new Set<State>(['closed', 'not_accepted', 'cancelled'])

export const isOpen = (ticket: TicketRow): boolean => !ENDED.has(ticket.state)

const newest = (a: string, b: string): number => Date.parse(b) - Date.parse(a)

/** What a list of alerts shows: all, by state, those that are kept quiet, or all but those. */
export type AlertFilter = 'all' | 'firing' | 'resolved' | 'suppressed' | 'heard'

const FILTERS: Record<AlertFilter, (row: AlertRow) => boolean> = {
  all: () => true,
  firing: (row) => row.state === 'firing',
  resolved: (row) => row.state === 'resolved',
  suppressed: (row) => row.suppressed_by.length > 0,
  heard: (row) => row.suppressed_by.length === 0,
}

export const isShown = (row: AlertRow, filter: AlertFilter): boolean => FILTERS[filter](row)

/** Firing before resolved, what is heard before what is kept quiet, unacknowledged before acknowledged, worse before better, new before old. */
export function byAttention(a: AlertRow, b: AlertRow): number {
  return (
    Number(a.state !== 'firing') - Number(b.state !== 'firing') ||
    Number(a.suppressed_by.length > 0) - Number(b.suppressed_by.length > 0) ||
    Number(a.acknowledged_by !== null) - Number(b.acknowledged_by !== null) ||
    RANK[a.severity] - RANK[b.severity] ||
    newest(a.fired_at, b.fired_at)
  )
}

/** Open before ended; life safety first; then what is due first; tickets without a limit after those with one. */
export function byUrgency(a: TicketRow, b: TicketRow): number {
  const due = (row: TicketRow) => (row.clock === null || row.clock.stopped_at !== null ? Infinity : Date.parse(row.clock.due_at))
  const first = due(a)
  const second = due(b)
  return (
    Number(!isOpen(a)) - Number(!isOpen(b)) ||
    (isOpen(a) ? Number(b.life_safety) - Number(a.life_safety) : 0) ||
    (isOpen(a) && first !== second ? (first < second ? -1 : 1) : newest(a.changed_at, b.changed_at))
  )
}

/** Whether every word that was typed occurs somewhere in the row. */
export function matches(words: string, texts: readonly (string | null | undefined)[]): boolean {
  const all = texts.join(' ').toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((part) => all.includes(part))
}

export const alertTexts = (row: AlertRow) => [
  row.summary.en, row.summary.zh, row.place, row.source, row.rule, row.cell, row.category?.code, row.category?.label.en, row.category?.label.zh,
]

export const ticketTexts = (row: TicketRow) => [
  row.summary.en, row.summary.zh, row.place, row.source, row.cell, row.category.code, row.category.label.en, row.category.label.zh,
  row.unit?.name, row.assignee?.name, row.assignee?.id,
]
