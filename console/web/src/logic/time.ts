/** How instants and lengths of time are written for people. */

export type Language = 'en' | 'zh'

const LOCALE: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }

const dayFormat = (language: Language, zone?: string) =>
  new Intl.DateTimeFormat(LOCALE[language], { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone })

/** `14:05:09`, with the day before it when that is not the day of `now`. */
export function clockTime(at: string, now: number, language: Language, zone?: string): string {
  const moment = new Date(at)
  const time = new Intl.DateTimeFormat(LOCALE[language], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: zone,
  }).format(moment)
  const day = dayFormat(language, zone)
  if (day.format(moment) === day.format(new Date(now))) return time
  const short = new Intl.DateTimeFormat(LOCALE[language], { month: 'short', day: 'numeric', timeZone: zone }).format(moment)
  return `${short} ${time}`
}

const UNITS: readonly [limit: number, size: number, en: string, zh: string][] = [
  [60, 1, 's', '秒'],
  [3600, 60, 'min', '分'],
  [86_400, 3600, 'h', '小时'],
  [Infinity, 86_400, 'd', '天'],
]

/** A length of time in its two largest units: `2 h 5 min`, `40 s`; never negative. */
export function duration(milliseconds: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const index = UNITS.findIndex(([limit]) => seconds < limit)
  const unit = UNITS[index]
  if (unit === undefined) return ''
  const [, size] = unit
  const word = (row: (typeof UNITS)[number]) => (language === 'zh' ? row[3] : row[2])
  const whole = `${Math.floor(seconds / size)} ${word(unit)}`
  const finer = UNITS[index - 1]
  if (finer === undefined || finer[1] === 1) return whole
  const rest = Math.floor((seconds % size) / finer[1])
  return rest === 0 ? whole : `${whole} ${rest} ${word(finer)}`
}

/** How long ago `at` was, as a length of time. */
export const age = (at: string, now: number, language: Language): string => duration(now - Date.parse(at), language)
