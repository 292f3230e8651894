/** Which tickets are whose work on the phone. */
import type { Me, TicketRow } from '../api/schema'
import { byUrgency } from './rows'

const MINE = new Set(['dispatched', 'handling'])

export interface Tasks {
  readonly now: readonly TicketRow[]
  readonly done: readonly TicketRow[]
}

/** A handler's tasks: what was given to them; and what they have submitted and is not yet back. */
export function handling(tickets: readonly TicketRow[], me: Me): Tasks {
  const mine = tickets.filter((ticket) => ticket.assignee?.id === me.id)
  return {
    now: mine.filter((ticket) => MINE.has(ticket.state)).sort(byUrgency),
    done: mine.filter((ticket) => !MINE.has(ticket.state)).sort(byUrgency).slice(0, 10),
  }
}

/** A collector's tasks: whatever waits to be verified or checked. */
export function verifying(tickets: readonly TicketRow[]): Tasks {
  return { now: tickets.filter((ticket) => ticket.state === 'verifying' || ticket.state === 'checking').sort(byUrgency), done: [] }
}

/** Where a map program finds a place (RFC 5870). */
export const geoAddress = (position: { readonly lon: number; readonly lat: number }): string => `geo:${position.lat},${position.lon}`
