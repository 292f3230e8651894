/** Instants as people read them: in their language and the city's time zone. */
import { clockTime } from '../logic/time'
import { now } from './clock.svelte'
import { preferences } from './preferences.svelte'
import { session } from './session.svelte'

export const moment = (at: string): string => clockTime(at, now(), preferences.language, session.me?.zone)
