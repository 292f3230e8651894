/** One alert or ticket in full: loaded when chosen, and again whenever the feed says that it changed. */
import { get } from '../api/client'
import { tell } from './failures.svelte'
import { live } from './live.svelte'

export class Detail<T> {
  value = $state.raw<T | null>(null)
  failure = $state('')
  #asked = 0
  readonly #address: (id: string) => string
  readonly #id: () => string

  /** Call it while a component is made: it follows the component's id and the feed until the component goes. */
  constructor(address: (id: string) => string, id: () => string) {
    this.#address = address
    this.#id = id
    let before = ''
    $effect(() => {
      const wanted = this.#id()
      live.changes.get(wanted)
      if (wanted !== before) this.value = null
      before = wanted
      void this.load()
    })
  }

  readonly load = async (): Promise<void> => {
    const asked = ++this.#asked
    try {
      const value = await get<T>(this.#address(this.#id()))
      // Answers may overtake each other: only the one to the last question counts.
      if (asked === this.#asked) [this.value, this.failure] = [value, '']
    } catch (error) {
      if (asked === this.#asked) this.failure = tell(error)
    }
  }
}
