/** The tree of conditions that made an alert fire, as lines to show. */

export type Verdict = 'true' | 'false' | 'unknown'

export interface WhyNode {
  /** `all`, `any`: joins its children; `condition`: one comparison; `value`: one thing that was known; `part`: a named part of the rule. */
  readonly kind: 'all' | 'any' | 'condition' | 'value' | 'part'
  readonly label: string
  /** What the condition read: name and value. */
  readonly values: readonly (readonly [string, string])[]
  readonly verdict: Verdict | null
  readonly children: readonly WhyNode[]
}

type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

const written = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function verdictOf(tree: Tree): Verdict | null {
  if ('undecided' in tree) return 'unknown'
  if (typeof tree['is'] === 'boolean') return tree['is'] ? 'true' : 'false'
  return null
}

const node = (kind: WhyNode['kind'], label: string, rest: Partial<WhyNode> = {}): WhyNode => ({
  kind, label, values: [], verdict: null, children: [], ...rest,
})

/** Read one tree; parts that this version does not know are shown as they are, so that nothing is hidden. */
export function readWhy(why: unknown, name = ''): WhyNode {
  if (!isTree(why)) return node('value', name, { values: [[name, Array.isArray(why) ? why.map(written).join(', ') : written(why)]] })
  const verdict = verdictOf(why)
  for (const join of ['all', 'any'] as const) {
    const parts = why[join]
    if (Array.isArray(parts)) return node(join, name, { verdict, children: parts.map((part) => readWhy(part)) })
  }
  if (typeof why['condition'] === 'string') {
    const values = isTree(why['values']) ? Object.entries(why['values']) : []
    const reason = 'undecided' in why ? [['undecided', written(why['undecided'])] as const] : []
    return node('condition', why['condition'], { verdict, values: [...values.map(([key, value]) => [key, written(value)] as const), ...reason] })
  }
  return node('part', name, { verdict, children: Object.entries(why).filter(([key]) => key !== 'is').map(([key, value]) => readWhy(value, key)) })
}

/** A part without a name and with one child only is that child. */
export function simplify(tree: WhyNode): WhyNode {
  const children = tree.children.map(simplify)
  const [only] = children
  if (tree.kind === 'part' && tree.label === '' && only !== undefined && children.length === 1) return only
  return { ...tree, children }
}
