/** The texts of the chosen language, for templates: they change when the language does. */
import type { MessageKey } from './en'
import { fill, word as wordOf, type Values } from './fill'
import { preferences } from '../state/preferences.svelte'

export const t = (key: MessageKey, values?: Values): string => fill(preferences.language, key, values)

export const word = (group: string, name: string): string => wordOf(preferences.language, group, name)

/** A text that the server has in both languages. */
export const both = (text: { readonly en: string; readonly zh: string }): string => text[preferences.language]
