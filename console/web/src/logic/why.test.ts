import { describe, expect, it } from 'vitest'
import { readWhy, simplify } from './why'

const CONDITION = { condition: 'value >= 0.9', values: { value: 0.93 }, is: true }

describe('readWhy', () => {
  it('reads a condition with what it read and its result', () => {
    expect(readWhy(CONDITION)).toMatchObject({ kind: 'condition', label: 'value >= 0.9', values: [['value', '0.93']], verdict: 'true' })
  })
  it('reads joined conditions', () => {
    const tree = readWhy({ all: [CONDITION, { any: [CONDITION], is: false }], is: true })
    expect([tree.kind, tree.verdict, tree.children.map((child) => [child.kind, child.verdict])]).toEqual([
      'all', 'true', [['condition', 'true'], ['any', 'false']],
    ])
  })
  it('says why something is unknown', () => {
    expect(readWhy({ condition: 'x > 1', values: {}, undecided: 'x is missing' })).toMatchObject({
      verdict: 'unknown', values: [['undecided', 'x is missing']],
    })
  })
  it('shows what it does not know as it is', () => {
    const tree = readWhy({ form: 'level', where: CONDITION, sources: ['a', 'b'], for: 30 })
    expect(tree.children.map((child) => [child.kind, child.label, child.values])).toEqual([
      ['value', 'form', [['form', 'level']]],
      ['condition', 'value >= 0.9', [['value', '0.93']]],
      ['value', 'sources', [['sources', 'a, b']]],
      ['value', 'for', [['for', '30']]],
    ])
  })
})

describe('simplify', () => {
  it('leaves out a shell around one condition', () => {
    expect(simplify(readWhy({ where: CONDITION })).kind).toBe('condition')
  })
  it('keeps a named part', () => {
    expect(simplify(readWhy({ a: { where: CONDITION }, b: CONDITION })).children.map((child) => child.kind)).toEqual(['part', 'condition'])
  })
})
