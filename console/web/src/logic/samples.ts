/** Rows for tests. */
import type { AlertRow, Clock, SilenceRow, SuppressorShape, TicketRow, ZoneShape } from '../api/schema'

export const alertRow = (changes: Partial<AlertRow> = {}): AlertRow => ({
  id: 'a1', state: 'firing', rule: 'smoke-alarm', severity: 'critical', category: { code: '10999', label: { en: 'Other emergency', zh: '其他突发事件' } },
  summary: { en: 'Smoke at Lane 3', zh: '三巷 烟雾' }, life_safety: true, stale: false, source: 'sensor/smoke-7', zone: null, place: 'Lane 3', cell: '110101001001003',
  position: null, unit: null, starts_at: '2026-03-02T08:00:00Z', fired_at: '2026-03-02T08:00:00Z', last_seen: '2026-03-02T08:00:00Z', ends_at: null,
  count: 1, evidence: [], acknowledged_by: null, acknowledged_at: null, ticket: null, changed_at: '2026-03-02T08:00:01Z', suppressed_by: [], flapping: null, ...changes,
})

export const suppressor = (changes: Partial<SuppressorShape> = {}): SuppressorShape => ({
  kind: 'silence', by: 's1', why: 'road works', author: { id: 'dora', name: 'Dora' }, alert: null, until: '2026-03-02T10:00:00Z', ...changes,
})

export const silenceRow = (changes: Partial<SilenceRow> = {}): SilenceRow => ({
  id: 's1', kind: 'silence', state: 'active', matchers: [], text: 'rule="x"', author: { id: 'dora', name: 'Dora' }, comment: 'road works',
  starts_at: '2026-03-02T08:00:00Z', ends_at: '2026-03-02T10:00:00Z', created_at: '2026-03-02T08:00:00Z', unit: null, expired_at: null, expired_by: null,
  ...changes,
})

export const clock = (changes: Partial<Clock> = {}): Clock => ({
  name: 'case', type: 'urgent_hour', limit: 2, started_at: '2026-03-02T08:00:00Z', due_at: '2026-03-02T10:00:00Z', stopped_at: null, part: 0, light: 'green', ...changes,
})

export const ticketRow = (changes: Partial<TicketRow> = {}): TicketRow => ({
  id: 't1', version: 3, state: 'dispatched', category: { code: '09009', label: { en: 'Illegal parking', zh: '机动车乱停放' } }, severity: 'minor',
  summary: { en: 'Car at Lane 3', zh: '三巷 违停' }, life_safety: false, place: 'Lane 3', cell: '110101001001003', position: null, source: 'camera/lane-3',
  unit: { id: 'traffic', name: 'Traffic' }, assignee: { id: 'li.na', name: '李娜' }, opened_at: '2026-03-02T08:00:00Z', changed_at: '2026-03-02T08:00:01Z',
  clock: null, rework: 0, evidence: [], ...changes,
})

export const zoneRow = (changes: Partial<ZoneShape> = {}): ZoneShape => ({
  camera: 'camera/bin-1', name: 'Bin 1', zone: 'bin', scene: 'bin_overflow', version: null, quality: null, labelled: 0, unlabelled: 0, ...changes,
})
