/** Zones that are taught: their addresses, what is counted of them, and what came of a lesson. */
import type { LessonShape, QualityShape, TeachingShape, Words, ZoneShape } from '../api/schema'
import type { Values } from '../text/fill'

/** A zone's name in a page's address: the camera without its `camera/`, a colon, the zone. */
export const zoneId = (zone: { readonly camera: string; readonly zone: string }): string =>
  `${zone.camera.replace(/^camera\//, '')}:${zone.zone}`

export const zoneAddress = (zone: { readonly camera: string; readonly zone: string }): string => `/teaching/${encodeURIComponent(zoneId(zone))}`

/** Where the API has the lessons of a zone. */
export function lessonsPath(id: string): string {
  const [camera = '', zone = ''] = id.split(':')
  return `/cameras/${encodeURIComponent(camera)}/zones/${encodeURIComponent(zone)}/teaching`
}

/** Where a crop is. */
export const cropAddress = (id: string, crop: string): string => `/v1${lessonsPath(id)}/crops/${crop}`

export const UNLABELLED = 'unlabelled'

/** Kept crops that show it, that do not, and that wait for a label. */
export interface Counts {
  readonly there: number
  readonly absent: number
  readonly waiting: number
}

export function countsOf(lessons: Pick<TeachingShape, 'examples' | 'words'>): Counts {
  const sum = (words: readonly string[]) => words.reduce((total, word) => total + (lessons.examples[word] ?? 0), 0)
  return { there: sum(lessons.words.there), absent: sum(lessons.words.absent), waiting: sum([UNLABELLED]) }
}

/** The one word of each side that people choose from; the others are other names of the same. */
export const choicesOf = (words: Words): readonly string[] => [words.there[0], words.absent[0]].filter((word) => word !== undefined)

export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`

export const qualityValues = (quality: QualityShape): Values => ({
  share: percent(quality.balanced_accuracy), low: percent(quality.low), high: percent(quality.high), there: quality.there, absent: quality.absent,
})

/** What is filled into the sentence that says why there is no new head. */
export const refusalValues = (lesson: LessonShape, counts: Counts): Values =>
  lesson.quality === null ? { there: counts.there, absent: counts.absent } : qualityValues(lesson.quality)

export type ZoneFilter = 'all' | 'untaught' | 'taught'

export const isShownZone = (zone: ZoneShape, filter: ZoneFilter): boolean => filter === 'all' || (zone.version === null) === (filter === 'untaught')

/** Untaught before taught, worse before better, then by name. */
export function byNeed(a: ZoneShape, b: ZoneShape): number {
  const low = (zone: ZoneShape) => zone.quality?.low ?? -1
  return low(a) - low(b) || zoneId(a).localeCompare(zoneId(b))
}

export const zoneTexts = (zone: ZoneShape) => [zone.name, zone.camera, zone.zone, zone.scene]

/** What a key means while a crop waits for its label: a choice by its number, the one after the last skips, z takes back. */
export function keyMeaning(key: string, choices: number): number | 'skip' | 'undo' | null {
  if (key === 'z' || key === 'Z') return 'undo'
  const number = /^[1-9]$/.test(key) ? Number(key) : 0
  if (number === choices + 1) return 'skip'
  return number >= 1 && number <= choices ? number - 1 : null
}

const SHORTEST = 10
const LONGEST = 500

/** Whether a text is a reason for seeing an original; the server asks the same. */
export const isReason = (text: string): boolean => text.trim().length >= SHORTEST && text.trim().length <= LONGEST
