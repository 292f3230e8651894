/** Asks the API. Every failure is a `Failure` that says what to tell the person. */
import type { ProblemBody } from './schema'

export class Failure extends Error {
  override name = 'Failure'
  /** `0` when the server was not reached. */
  readonly status: number
  readonly problem: ProblemBody | null

  constructor(status: number, problem: ProblemBody | null) {
    super(problem?.detail ?? problem?.title ?? String(status))
    this.status = status
    this.problem = problem
  }

  /** The last part of the problem's type: `stale-version`. */
  get kind(): string {
    return this.problem?.type.split('/').at(-1) ?? ''
  }
}

type Method = 'GET' | 'POST' | 'DELETE'

let onLoggedOut: () => void = () => undefined

/** Says what to do when the session has ended in the middle of work. */
export function whenLoggedOut(action: () => void): void {
  onLoggedOut = action
}

async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Requested-With': 'cityloop' }
  let sent: BodyInit | null = null
  if (body instanceof Blob) {
    headers['Content-Type'] = 'image/jpeg'
    sent = body
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    sent = JSON.stringify(body)
  }
  let answer: Response
  try {
    answer = await fetch(`/v1${path}`, { method, headers, body: sent, credentials: 'same-origin' })
  } catch {
    throw new Failure(0, null)
  }
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T
  const failure = new Failure(answer.status, await problemOf(answer))
  if (failure.kind === 'not-logged-in') onLoggedOut()
  throw failure
}

async function problemOf(answer: Response): Promise<ProblemBody | null> {
  try {
    return (await answer.json()) as ProblemBody
  } catch {
    return null // Something between us and the server answered in its own words.
  }
}

export const get = <T>(path: string): Promise<T> => ask<T>('GET', path)
export const post = <T>(path: string, body?: unknown): Promise<T> => ask<T>('POST', path, body)
export const remove = (path: string): Promise<void> => ask<undefined>('DELETE', path)

/** A picture before it was blurred: who asks must say why, and is written down. */
export async function original(reference: string, reason: string): Promise<Blob> {
  const headers = { 'X-Requested-With': 'cityloop', 'X-Reason': encodeURIComponent(reason) }
  let answer: Response
  try {
    answer = await fetch(`${pictureAddress(reference)}/original`, { headers, credentials: 'same-origin' })
  } catch {
    throw new Failure(0, null)
  }
  if (answer.ok) return answer.blob()
  throw new Failure(answer.status, await problemOf(answer))
}

/** Where a picture is, from its reference `evidence:sha256/<hex>`. */
export const pictureAddress = (reference: string): string => `/v1/evidence/${reference.split('/').at(-1) ?? ''}`
