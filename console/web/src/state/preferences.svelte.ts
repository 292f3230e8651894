/** What a person chose on this device: language and theme, kept in the browser. */
import type { Language } from '../logic/time'

export type Theme = 'system' | 'light' | 'dark'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // A browser may forbid storage; the page then starts with the defaults each time.
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // As above: the choice holds until the page is closed.
  }
}

class Preferences {
  language = $state<Language>('en')
  theme = $state<Theme>('system')

  constructor() {
    const language = kept('cityloop.language') ?? navigator.language
    this.language = language.startsWith('zh') ? 'zh' : 'en'
    this.theme = THEMES.find((theme) => theme === kept('cityloop.theme')) ?? 'system'
    this.#apply()
  }

  switchLanguage(): void {
    this.language = this.language === 'en' ? 'zh' : 'en'
    keep('cityloop.language', this.language)
    this.#apply()
  }

  switchTheme(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system'
    keep('cityloop.theme', this.theme)
    this.#apply()
  }

  #apply(): void {
    document.documentElement.lang = this.language === 'zh' ? 'zh-CN' : 'en'
    document.documentElement.dataset['theme'] = this.theme
  }
}

export const preferences = new Preferences()
