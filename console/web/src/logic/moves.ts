/** What to ask a person for when they make a move. */
import type { LegalMove, Move, Need } from '../api/schema'

export interface Question {
  readonly need: Need
  readonly required: boolean
}

/** What may be said beyond what is needed. */
const WELCOME: Partial<Record<Move, readonly Need[]>> = {
  confirm: ['note'],
  pass: ['note', 'photo'],
  fail: ['photo'],
  submit: [],
}

const BACKWARD: ReadonlySet<Move> = new Set<Move>(['reject', 'return', 'hand_back', 'redo', 'fail', 'withdraw'])

/** Whether a move sends the ticket back or ends it without result. */
export const isBackward = (move: Move): boolean => BACKWARD.has(move)

/** The questions of a move's form, needed ones first. */
export function questionsOf(legal: LegalMove): Question[] {
  const needed = legal.needs.map((need) => ({ need, required: true }))
  const welcome = (WELCOME[legal.move] ?? []).filter((need) => !legal.needs.includes(need)).map((need) => ({ need, required: false }))
  return [...needed, ...welcome]
}

export interface Answers {
  readonly reason: string
  readonly note: string
  readonly photos: readonly string[]
  readonly standard: string
  readonly unit: string
  readonly person: string
}

export const NO_ANSWERS: Answers = { reason: '', note: '', photos: [], standard: '', unit: '', person: '' }

const given = (answers: Answers, need: Need): boolean =>
  need === 'photo' ? answers.photos.length > 0 : answers[need].trim() !== ''

/** The needs that are not yet answered. */
export const missing = (questions: readonly Question[], answers: Answers): Need[] =>
  questions.filter((question) => question.required && !given(answers, question.need)).map((question) => question.need)

/** The body of `POST /v1/tickets/{id}/moves`: only what was asked and answered. */
export function bodyOf(move: Move, version: number, questions: readonly Question[], answers: Answers): Record<string, unknown> {
  const body: Record<string, unknown> = { move, version }
  for (const { need } of questions) {
    if (!given(answers, need)) continue
    if (need === 'photo') body['photos'] = answers.photos
    else body[need] = answers[need].trim()
  }
  return body
}
