/** The address bar as state: which page is shown. */
import { pageOf, type Page } from '../logic/route'

class Router {
  path = $state(location.pathname)
  readonly page: Page = $derived(pageOf(this.path))

  constructor() {
    addEventListener('popstate', () => {
      this.path = location.pathname
    })
  }

  go(path: string, how: 'push' | 'replace' = 'push'): void {
    if (path === this.path) return
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', path)
    this.path = path
  }

  /** For links: a plain click stays within the page; with a modifier the browser does what it always does. */
  readonly follow = (event: MouseEvent): void => {
    const link = event.currentTarget as HTMLAnchorElement
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    this.go(new URL(link.href).pathname)
  }
}

export const router = new Router()
