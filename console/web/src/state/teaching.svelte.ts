/** The zones that this person may teach; loaded when the page is opened, and again after what was done on it. */
import { get } from '../api/client'
import type { ZoneList, ZoneShape } from '../api/schema'

class Teaching {
  zones = $state.raw<readonly ZoneShape[]>([])
  loaded = $state(false)

  async load(): Promise<void> {
    try {
      this.zones = (await get<ZoneList>('/teaching')).items
      this.loaded = true
    } catch {
      // The connection's light says so already; the list is asked for again when the page is opened the next time.
      this.loaded = false
    }
  }
}

export const teaching = new Teaching()
