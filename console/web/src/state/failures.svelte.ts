/** What a failed action tells the person. */
import { Failure } from '../api/client'
import { fill, word } from '../text/fill'
import { preferences } from './preferences.svelte'

/** One sentence in the person's language where we have one; else the server's own. */
export function tell(error: unknown): string {
  const language = preferences.language
  if (!(error instanceof Failure)) throw error
  const problem = error.problem
  if (error.status === 0) return fill(language, 'error.offline')
  if (problem === null) return fill(language, 'error.unknown', { status: error.status })
  if (error.kind === 'stale-version' && problem.changed_by && problem.changed_fact) {
    return fill(language, 'error.stale', { person: problem.changed_by, fact: word(language, 'fact', problem.changed_fact) })
  }
  if (error.kind === 'bad-picture') return fill(language, 'error.photo', { detail: problem.detail ?? '' })
  return problem.detail ?? problem.title
}
