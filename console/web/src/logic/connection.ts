/** How long to wait for a connection, and for a sign of life on it. */

export type Connection = 'connecting' | 'open' | 'lost'

/** The server sends a beat every 10 s; two and a half of them missing means that the connection is dead. */
export const QUIET_MILLISECONDS = 25_000
const FIRST = 500
const LONGEST = 15_000

/** Milliseconds to wait after a failure: twice as long each time up to a bound, spread so that phones do not return all at once. */
export function afterFailure(attempt: number, chance: number): number {
  const most = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10))
  return Math.round(most / 2 + (most / 2) * chance)
}
