/** The silences that this page knows of; they are loaded when the page is opened, and changed by what is done on it. */
import { get } from '../api/client'
import type { SilenceList, SilenceRow } from '../api/schema'

const PAGE = 100

class Silences {
  rows = $state.raw<readonly SilenceRow[]>([])
  loaded = $state(false)
  /** The `after` of the next page, where there is one. */
  more = $state<string | null>(null)

  async load(): Promise<void> {
    try {
      const page = await get<SilenceList>(`/silences?limit=${PAGE}`)
      this.rows = page.items
      this.more = page.next
      this.loaded = true
    } catch {
      // The connection's light says so already; the list is asked for again when the page is opened the next time.
      this.loaded = false
    }
  }

  async loadMore(): Promise<void> {
    const page = await get<SilenceList>(`/silences?limit=${PAGE}&after=${encodeURIComponent(this.more ?? '')}`)
    const known = new Set(this.rows.map((row) => row.id))
    this.rows = [...this.rows, ...page.items.filter((row) => !known.has(row.id))]
    this.more = page.next
  }

  /** Put in a row that an action of ours gave back. */
  put(row: SilenceRow): void {
    this.rows = [row, ...this.rows.filter((other) => other.id !== row.id)]
  }
}

export const silences = new Silences()
