/** Cells of the city as paths of a picture. */
import type { CellFeature, CellMap } from '../api/schema'

type Ring = readonly (readonly number[])[]

export interface Shape {
  readonly code: string
  readonly name: string
  readonly layer: string
  readonly parent: string | null
  readonly path: string
  readonly centre: readonly [number, number]
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/** The rings of a GeoJSON geometry; other kinds than areas have none. */
function rings(geometry: CellFeature['geometry']): readonly Ring[] {
  if (geometry['type'] === 'Polygon') return geometry['coordinates'] as readonly Ring[]
  if (geometry['type'] === 'MultiPolygon') return (geometry['coordinates'] as readonly (readonly Ring[])[]).flat()
  return []
}

/** Draw all features into a picture of a width; degrees of longitude are narrowed by the latitude (fine for one city). */
export function draw(map: CellMap, width: number): Drawing {
  const points = map.features.flatMap((feature) => rings(feature.geometry)).flat()
  if (points.length === 0) return { width, height: 0, shapes: [] }
  const lons = points.map((point) => point[0] ?? 0)
  const lats = points.map((point) => point[1] ?? 0)
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)]
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = width / Math.max((east - west) * narrow, 1e-9)
  const place = (point: readonly number[]): [number, number] => [
    round(((point[0] ?? 0) - west) * narrow * scale),
    round((north - (point[1] ?? 0)) * scale),
  ]
  const shapes = map.features.map((feature) => {
    const drawn = rings(feature.geometry).map((ring) => ring.map(place))
    const outer = drawn[0] ?? []
    const mean = (axis: 0 | 1) => round(outer.reduce((sum, point) => sum + point[axis], 0) / Math.max(outer.length, 1))
    const path = drawn.map((ring) => `M${ring.map((point) => point.join(' ')).join('L')}Z`).join('')
    return { ...feature.properties, path, centre: [mean(0), mean(1)] as const }
  })
  return { width, height: round((north - south) * scale), shapes }
}

const round = (value: number): number => Math.round(value * 10) / 10

/** How many rows lie in each cell, counted for the cell itself and for every cell around it. */
export function countByCell(rows: readonly { readonly cell: string | null }[], shapes: readonly Shape[]): Map<string, number> {
  const parents = new Map(shapes.map((shape) => [shape.code, shape.parent]))
  const counts = new Map<string, number>()
  for (const row of rows) {
    for (let code = row.cell; code !== null; code = parents.get(code) ?? null) counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return counts
}
