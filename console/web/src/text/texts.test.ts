import { describe, expect, it } from 'vitest'
import { en } from './en'
import { fill, word } from './fill'
import { zh } from './zh'

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('texts', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort())
  })
  it.each(Object.keys(en) as (keyof typeof en)[])('%s has a text and the same places in both languages', (key) => {
    expect(en[key].trim()).not.toBe('')
    expect(zh[key].trim()).not.toBe('')
    expect(places(zh[key])).toEqual(places(en[key]))
  })
})

describe('fill', () => {
  it('puts values in their places', () => {
    expect(fill('en', 'clock.left', { duration: '2 h' })).toBe('2 h left')
    expect(fill('zh', 'ticket.rework', { count: 2 })).toBe('返工 2 次')
  })
  it('leaves a place without a value visible', () => {
    expect(fill('en', 'clock.left')).toBe('{duration} left')
  })
})

describe('word', () => {
  it('translates a word of the server', () => {
    expect(word('zh', 'ticket.state', 'handling')).toBe('处置中')
  })
  it('shows a word that it does not know as it is', () => {
    expect(word('en', 'ticket.state', 'archived')).toBe('archived')
  })
})
