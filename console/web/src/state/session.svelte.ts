/** Who is logged in. */
import { Failure, get, post, remove, whenLoggedOut } from '../api/client'
import type { Me, Right } from '../api/schema'
import { afterLogin } from '../logic/route'
import { live } from './live.svelte'
import { router } from './router.svelte'

class Session {
  me = $state.raw<Me | null>(null)
  /** Whether the question who is logged in has been answered. */
  known = $state(false)
  /** Whether a session ended in the middle of work. */
  ended = $state(false)
  failure = $state.raw<Failure | null>(null)
  #wanted: string | null = null

  constructor() {
    whenLoggedOut(() => {
      this.ended = this.me !== null
      this.#leave()
    })
  }

  async load(): Promise<void> {
    this.failure = null
    try {
      this.#enter(await get<Me>('/me'))
    } catch (error) {
      if (error instanceof Failure && error.status === 401) this.#leave()
      else if (error instanceof Failure) this.failure = error
      else throw error
    }
    this.known = true
  }

  async logIn(user: string, password: string): Promise<void> {
    this.#enter(await post<Me>('/session', { user, password }))
    this.ended = false
    router.go(afterLogin(this.#wanted, this.me?.role ?? null), 'replace')
    this.#wanted = null
  }

  async logOut(): Promise<void> {
    await remove('/session')
    this.#leave()
  }

  may(right: Right): boolean {
    return this.me?.rights.includes(right) ?? false
  }

  #enter(me: Me): void {
    this.me = me
    live.start(me)
  }

  #leave(): void {
    if (router.page.name !== 'login') this.#wanted = this.ended || this.me === null ? router.path : null
    this.me = null
    live.stop()
    router.go('/login', 'replace')
  }
}

export const session = new Session()
