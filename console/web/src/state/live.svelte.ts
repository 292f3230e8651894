/** What is going on: lists that follow the live feed. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { get } from '../api/client'
import type { AlertList, AlertRow, FeedChange, Me, SummaryShape, TicketList, TicketRow } from '../api/schema'
import { LiveStream } from '../api/stream'
import type { Connection } from '../logic/connection'
import { append, upsert } from '../logic/rows'

const PAGE = 100
const SUMMARY_AFTER = 300

class Live {
  connection = $state<Connection>('connecting')
  alerts = $state.raw<readonly AlertRow[]>([])
  tickets = $state.raw<readonly TicketRow[]>([])
  summary = $state.raw<SummaryShape | null>(null)
  loaded = $state(false)
  /** The `after` of the next page, where there is one. */
  moreAlerts = $state<string | null>(null)
  moreTickets = $state<string | null>(null)
  /** How often each alert or ticket changed while we looked; a detail that reads its own count loads itself again. */
  readonly changes = new SvelteMap<string, number>()
  /** What has come while we looked, and not with the lists. */
  readonly fresh = new SvelteSet<string>()
  #stream: LiveStream | null = null
  #me: Me | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  start(me: Me): void {
    if (this.#stream !== null && this.#me?.id === me.id) return
    this.stop()
    this.#me = me
    this.#stream = new LiveStream({
      hello: (resumed) => {
        if (!resumed) void this.#reload()
      },
      change: (change) => {
        this.take(change)
      },
      connection: (state) => {
        this.connection = state
      },
    })
    this.#stream.open()
  }

  stop(): void {
    this.#stream?.close()
    this.#stream = null
    this.#me = null
    this.alerts = []
    this.tickets = []
    this.summary = null
    this.loaded = false
    this.fresh.clear()
  }

  take(change: FeedChange): void {
    if (this.loaded && ![...this.alerts, ...this.tickets].some((row) => row.id === change.id)) this.fresh.add(change.id)
    if (change.alert) this.alerts = upsert(this.alerts, change.alert)
    if (change.ticket) this.tickets = upsert(this.tickets, change.ticket)
    this.changes.set(change.id, (this.changes.get(change.id) ?? 0) + 1)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#count(), SUMMARY_AFTER)
  }

  /** Put in a row that an action of ours gave back, without waiting for the feed. */
  putTicket(row: TicketRow): void {
    this.tickets = upsert(this.tickets, row)
  }

  putAlert(row: AlertRow): void {
    this.alerts = upsert(this.alerts, row)
  }

  async loadMoreAlerts(): Promise<void> {
    const page = await get<AlertList>(`/alerts?limit=${PAGE}&after=${encodeURIComponent(this.moreAlerts ?? '')}`)
    this.alerts = append(this.alerts, page.items)
    this.moreAlerts = page.next
  }

  async loadMoreTickets(): Promise<void> {
    const page = await get<TicketList>(`/tickets?limit=${PAGE}&after=${encodeURIComponent(this.moreTickets ?? '')}`)
    this.tickets = append(this.tickets, page.items)
    this.moreTickets = page.next
  }

  async #reload(): Promise<void> {
    const none: AlertList = { items: [], next: null }
    try {
      const [alerts, tickets] = await Promise.all([
        this.#me?.rights.includes('read_alerts') ? get<AlertList>(`/alerts?limit=${PAGE}`) : none,
        get<TicketList>(`/tickets?limit=${PAGE}`),
        this.#count(),
      ])
      this.alerts = alerts.items
      this.moreAlerts = alerts.next
      this.tickets = tickets.items
      this.moreTickets = tickets.next
      this.loaded = true
    } catch {
      // The connection is being watched: its next hello loads again.
      this.connection = 'lost'
    }
  }

  async #count(): Promise<void> {
    if (this.#me !== null) this.summary = await get<SummaryShape>('/summary').catch(() => this.summary)
  }
}

export const live = new Live()
