import { describe, expect, it } from 'vitest'
import { bodyOf, isBackward, missing, NO_ANSWERS, questionsOf } from './moves'

const SUBMIT = { move: 'submit', to: 'handled', needs: ['photo', 'note'] } as const
const PASS = { move: 'pass', to: 'closed', needs: ['standard'] } as const

describe('questionsOf', () => {
  it('asks for what is needed, then for what is welcome', () => {
    expect(questionsOf(PASS)).toEqual([
      { need: 'standard', required: true },
      { need: 'note', required: false },
      { need: 'photo', required: false },
    ])
  })
  it('asks nothing twice', () => {
    expect(questionsOf(SUBMIT).map((question) => question.need)).toEqual(['photo', 'note'])
  })
})

describe('missing', () => {
  it('names what is not answered; blanks are no answer', () => {
    expect(missing(questionsOf(SUBMIT), { ...NO_ANSWERS, note: '  ' })).toEqual(['photo', 'note'])
    expect(missing(questionsOf(SUBMIT), { ...NO_ANSWERS, note: 'towed', photos: ['p'] })).toEqual([])
  })
})

describe('bodyOf', () => {
  it('carries the version and what was answered, and nothing else', () => {
    const answers = { ...NO_ANSWERS, standard: 'parked', note: ' ', unit: 'not asked' }
    expect(bodyOf('pass', 7, questionsOf(PASS), answers)).toEqual({ move: 'pass', version: 7, standard: 'parked' })
  })
  it('carries photos', () => {
    expect(bodyOf('submit', 3, questionsOf(SUBMIT), { ...NO_ANSWERS, note: 'done', photos: ['p'] })).toEqual({
      move: 'submit', version: 3, photos: ['p'], note: 'done',
    })
  })
})

describe('isBackward', () => {
  it('tells steps back from steps forward', () => {
    expect([isBackward('return'), isBackward('fail'), isBackward('submit')]).toEqual([true, true, false])
  })
})
