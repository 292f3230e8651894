/** The light of a ticket's clock, as it goes on between two answers of the server. */
import type { Clock, Light } from '../api/schema'

export interface Reading {
  readonly light: Light
  /** Milliseconds until it is due; negative when over; `null` when the clock stands. */
  readonly left: number | null
}

/**
 * Only clocks that run day and night move on here; a working calendar is the server's to count, so its light stays as told
 * until the limit itself is passed.
 */
export function read(clock: Clock, now: number): Reading {
  if (clock.stopped_at !== null) return { light: clock.light, left: null }
  const due = Date.parse(clock.due_at)
  const left = due - now
  if (left < 0) return { light: 'red', left }
  if (clock.type.startsWith('work_')) return { light: clock.light, left }
  const start = Date.parse(clock.started_at)
  const part = due > start ? (now - start) / (due - start) : 1
  return { light: part > 0.8 ? 'yellow' : clock.light === 'yellow' ? 'yellow' : 'green', left }
}
