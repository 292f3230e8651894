import { describe, expect, it } from 'vitest'
import type { CellFeature, CellMap } from '../api/schema'
import { countByCell, draw } from './citymap'

const map = (...features: CellFeature[]): CellMap => ({ type: 'FeatureCollection', features })

const square = (code: string, west: number, south: number, side: number, parent: string | null = null): CellFeature => ({
  type: 'Feature',
  id: code,
  geometry: {
    type: 'Polygon',
    coordinates: [[[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]],
  },
  properties: { code, layer: 'cell', parent, name: code },
})

describe('draw', () => {
  it('puts north up and west left, and fills the width', () => {
    const drawing = draw(map(square('a', 0, -1, 2)), 100)
    expect(drawing.shapes[0]?.path).toBe('M0 100L100 100L100 0L0 0L0 100Z')
    expect(drawing.height).toBe(100)
  })
  it('draws every part of a multi-polygon', () => {
    const parts = [square('x', 0, -1, 1), square('y', 1, -1, 1)].map((feature) => feature.geometry['coordinates'])
    const feature = { ...square('m', 0, 0, 1), geometry: { type: 'MultiPolygon', coordinates: parts } }
    expect(draw(map(feature), 100).shapes[0]?.path.match(/M/g)).toHaveLength(2)
  })
  it('is empty for a city without cells', () => {
    expect(draw(map(), 100)).toEqual({ width: 100, height: 0, shapes: [] })
  })
})

describe('countByCell', () => {
  it('counts for a cell and for those around it', () => {
    const { shapes } = draw(map(square('s', 0, 0, 2), square('c', 0, 0, 1, 's')), 100)
    const counts = countByCell([{ cell: 'c' }, { cell: 'c' }, { cell: 's' }, { cell: null }], shapes)
    expect([counts.get('c'), counts.get('s')]).toEqual([2, 3])
  })
})
