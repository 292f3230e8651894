import { describe, expect, it } from 'vitest'
import {
  byNeed, choicesOf, countsOf, cropAddress, isReason, isShownZone, keyMeaning, lessonsPath, percent, refusalValues, zoneAddress, zoneId,
} from './teaching'
import { zoneRow } from './samples'

const quality = { balanced_accuracy: 0.954, low: 0.72, high: 0.991, there: 10, absent: 12 }
const words = { there: ['full', 'overflow'], absent: ['ok', 'empty'] }

describe('addresses', () => {
  it('name a zone by camera and zone', () => {
    expect(zoneAddress(zoneRow())).toBe('/teaching/bin-1%3Abin')
    expect(lessonsPath(zoneId(zoneRow()))).toBe('/cameras/bin-1/zones/bin/teaching')
    expect(cropAddress('bin-1:bin', 'ab')).toBe('/v1/cameras/bin-1/zones/bin/teaching/crops/ab')
  })
  it('lead nowhere else, whatever the address says', () => {
    expect(lessonsPath('../x:y/z')).toBe('/cameras/..%2Fx/zones/y%2Fz/teaching')
  })
})

describe('countsOf', () => {
  it('adds up the words of each side', () => {
    expect(countsOf({ words, examples: { full: 3, overflow: 1, ok: 2, unlabelled: 7 } })).toEqual({ there: 4, absent: 2, waiting: 7 })
    expect(countsOf({ words, examples: {} })).toEqual({ there: 0, absent: 0, waiting: 0 })
  })
})

describe('choicesOf', () => {
  it('offers one word of each side', () => {
    expect(choicesOf(words)).toEqual(['full', 'ok'])
  })
})

describe('refusalValues', () => {
  const lesson = { version: null, versions: [], taught: false, refusal: 'too_few', quality: null, told: '' } as const
  it('counts crops where nothing was measured, and gives the figures where it was', () => {
    expect(refusalValues(lesson, { there: 2, absent: 3, waiting: 0 })).toEqual({ there: 2, absent: 3 })
    expect(refusalValues({ ...lesson, quality }, { there: 2, absent: 3, waiting: 0 })).toMatchObject({ share: '95\u00a0%', low: '72\u00a0%', high: '99\u00a0%' })
  })
})

describe('percent', () => {
  it('rounds', () => {
    expect([percent(0.5), percent(0.9999)]).toEqual(['50\u00a0%', '100\u00a0%'])
  })
})

describe('the list', () => {
  const zones = [zoneRow({ zone: 'good', version: 1, quality }), zoneRow({ zone: 'new' }), zoneRow({ zone: 'poor', version: 2, quality: { ...quality, low: 0.55 } })]
  it('has what needs teaching first', () => {
    expect([...zones].sort(byNeed).map((zone) => zone.zone)).toEqual(['new', 'poor', 'good'])
  })
  it.each([['all', 3], ['untaught', 1], ['taught', 2]] as const)('shows %s', (filter, count) => {
    expect(zones.filter((zone) => isShownZone(zone, filter))).toHaveLength(count)
  })
})

describe('keyMeaning', () => {
  it.each([['1', 0], ['2', 1], ['3', 'skip'], ['4', null], ['0', null], ['z', 'undo'], ['Z', 'undo'], ['Enter', null]] as const)('%s: %s', (key, wanted) => {
    expect(keyMeaning(key, 2)).toBe(wanted)
  })
})

describe('isReason', () => {
  it.each([['too short', false], ['   padded   ', false], ['Police asked, file 17', true], ['x'.repeat(501), false]])('%s: %s', (text, wanted) => {
    expect(isReason(text)).toBe(wanted)
  })
})
