/** Which page an address stands for. */
import type { Role } from '../api/schema'

export type Page =
  | { readonly name: 'login' }
  | { readonly name: 'alerts' | 'tickets' | 'silences' | 'teaching' | 'tasks' | 'verify'; readonly id: string | null }
  | { readonly name: 'unknown' }

const PATTERNS: readonly [RegExp, (id: string | null) => Page][] = [
  [/^\/login\/?$/, () => ({ name: 'login' })],
  [/^\/$/, () => ({ name: 'alerts', id: null })],
  [/^\/alerts(?:\/([^/]+))?\/?$/, (id) => ({ name: 'alerts', id })],
  [/^\/tickets(?:\/([^/]+))?\/?$/, (id) => ({ name: 'tickets', id })],
  [/^\/silences(?:\/([^/]+))?\/?$/, (id) => ({ name: 'silences', id })],
  [/^\/teaching(?:\/([^/]+))?\/?$/, (id) => ({ name: 'teaching', id })],
  [/^\/m\/verify(?:\/([^/]+))?\/?$/, (id) => ({ name: 'verify', id })],
  [/^\/m(?:\/([^/]+))?\/?$/, (id) => ({ name: 'tasks', id })],
]

export function pageOf(path: string): Page {
  for (const [pattern, page] of PATTERNS) {
    const match = pattern.exec(path)
    if (match !== null) return page(match[1] === undefined ? null : decodeURIComponent(match[1]))
  }
  return { name: 'unknown' }
}

const HOMES: Partial<Record<Role, string>> = { staff: '/m', collector: '/m/verify' }

/** Where a role begins its work. */
export const homeOf = (role: Role | null): string => (role === null ? '/' : (HOMES[role] ?? '/'))

/** Where to go after logging in: back to the page that asked for it, when it is one of ours. */
export function afterLogin(wanted: string | null, role: Role | null): string {
  const ours = wanted !== null && wanted.startsWith('/') && !wanted.startsWith('//') && !['unknown', 'login'].includes(pageOf(wanted).name)
  return ours && wanted !== '/' ? wanted : homeOf(role)
}
