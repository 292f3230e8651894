/** Puts values in the places of a text. */
import { en, type MessageKey } from './en'
import { zh } from './zh'
import type { Language } from '../logic/time'

export type Values = Readonly<Record<string, string | number>>

export const TEXTS: Record<Language, Record<MessageKey, string>> = { en, zh }

/** The text of a key in a language; a place without a value stays as it is, so that it is seen. */
export function fill(language: Language, key: MessageKey, values: Values = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

const isKey = (key: string): key is MessageKey => Object.hasOwn(en, key)

/** The text of a word that the server sent (`state`, `handling`); the word itself when a newer server knows more words. */
export function word(language: Language, group: string, name: string): string {
  const key = `${group}.${name}`
  return isKey(key) ? TEXTS[language][key] : name
}
