/** The present, as the pages show it: it moves once a second while somebody looks at it. */
import { createSubscriber } from 'svelte/reactivity'

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000)
  return () => {
    clearInterval(timer)
  }
})

/** Milliseconds since the epoch; reading it in a template makes that part follow the clock. */
export function now(): number {
  subscribe()
  return Date.now()
}
