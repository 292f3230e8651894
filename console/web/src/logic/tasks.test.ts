import { describe, expect, it } from 'vitest'
import type { Me } from '../api/schema'
import { ticketRow } from './samples'
import { geoAddress, handling, verifying } from './tasks'

const ME: Me = { id: 'li.na', name: '李娜', role: 'staff', unit: null, rights: [], city: 'Demo', zone: 'UTC' }

describe('handling', () => {
  it('shows what is in my hands, and apart from it what I have done', () => {
    const tasks = handling(
      [
        ticketRow({ id: 'offered' }),
        ticketRow({ id: 'begun', state: 'handling' }),
        ticketRow({ id: 'submitted', state: 'handled' }),
        ticketRow({ id: 'another', assignee: { id: 'wang', name: '王' } }),
        ticketRow({ id: 'nobody', assignee: null }),
      ],
      ME,
    )
    expect([tasks.now.map((row) => row.id), tasks.done.map((row) => row.id)]).toEqual([['offered', 'begun'], ['submitted']])
  })
})

describe('verifying', () => {
  it('shows what waits for a collector', () => {
    const rows = [ticketRow({ id: 'v', state: 'verifying' }), ticketRow({ id: 'c', state: 'checking' }), ticketRow({ id: 'h', state: 'handling' })]
    expect(verifying(rows).now.map((row) => row.id).sort()).toEqual(['c', 'v'])
  })
})

describe('geoAddress', () => {
  it('puts the latitude first', () => {
    expect(geoAddress({ lon: 116.4, lat: 39.9 })).toBe('geo:39.9,116.4')
  })
})
