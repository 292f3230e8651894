/** The live feed: the browser's EventSource, with a watch on whether anything still comes. */
import type { FeedChange } from './schema'
import { afterFailure, QUIET_MILLISECONDS, type Connection } from '../logic/connection'

export interface Listener {
  /** The stream begins; when nothing was resumed, lists must be loaded anew. */
  hello(resumed: boolean): void
  change(change: FeedChange): void
  connection(state: Connection): void
}

export class LiveStream {
  #source: EventSource | null = null
  #lastId: string | null = null
  #attempt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #listener: Listener

  constructor(listener: Listener) {
    this.#listener = listener
  }

  open(): void {
    this.#listener.connection(this.#lastId === null ? 'connecting' : 'lost')
    const source = new EventSource(this.#lastId === null ? '/v1/stream' : `/v1/stream?after=${this.#lastId}`)
    this.#source = source
    this.#expectWithin(QUIET_MILLISECONDS)
    source.addEventListener('hello', (event) => {
      this.#heard(event)
      const hello = JSON.parse(String(event.data)) as { resumed: boolean }
      this.#listener.hello(hello.resumed)
    })
    source.addEventListener('change', (event) => {
      this.#heard(event)
      this.#listener.change(JSON.parse(String(event.data)) as FeedChange)
    })
    source.addEventListener('beat', (event) => {
      this.#heard(event)
    })
    source.addEventListener('bye', () => {
      this.#again()
    })
    source.addEventListener('error', () => {
      this.#again()
    })
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #heard(event: MessageEvent): void {
    this.#attempt = 0
    if (event.lastEventId !== '') this.#lastId = event.lastEventId
    this.#listener.connection('open')
    this.#expectWithin(QUIET_MILLISECONDS)
  }

  #expectWithin(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#again()
    }, milliseconds)
  }

  // The browser's own retry gives up on an HTTP error, so we close and open ourselves, from the last id.
  #again(): void {
    this.close()
    this.#listener.connection('lost')
    this.#timer = setTimeout(() => {
      this.open()
    }, afterFailure(this.#attempt++, Math.random()))
  }
}
