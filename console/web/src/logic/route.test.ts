import { describe, expect, it } from 'vitest'
import { afterLogin, homeOf, pageOf } from './route'

describe('pageOf', () => {
  it.each([
    ['/', { name: 'alerts', id: null }],
    ['/login', { name: 'login' }],
    ['/alerts/7', { name: 'alerts', id: '7' }],
    ['/tickets/', { name: 'tickets', id: null }],
    ['/silences', { name: 'silences', id: null }],
    ['/silences/new-a1', { name: 'silences', id: 'new-a1' }],
    ['/teaching', { name: 'teaching', id: null }],
    ['/teaching/gate-1:bin', { name: 'teaching', id: 'gate-1:bin' }],
    ['/m', { name: 'tasks', id: null }],
    ['/m/abc', { name: 'tasks', id: 'abc' }],
    ['/m/verify', { name: 'verify', id: null }],
    ['/m/verify/abc', { name: 'verify', id: 'abc' }],
    ['/elsewhere', { name: 'unknown' }],
  ])('%s', (path, page) => {
    expect(pageOf(path)).toEqual(page)
  })
})

describe('homeOf', () => {
  it('sends each role to its work', () => {
    expect([homeOf('staff'), homeOf('collector'), homeOf('leader'), homeOf(null)]).toEqual(['/m', '/m/verify', '/', '/'])
  })
})

describe('afterLogin', () => {
  it('goes back to the page that was wanted', () => {
    expect(afterLogin('/tickets/7', 'dispatcher')).toBe('/tickets/7')
  })
  it.each([null, '/', '//evil.example', 'https://evil.example', '/elsewhere', '/login'])('begins at home when %s was wanted', (wanted) => {
    expect(afterLogin(wanted, 'staff')).toBe('/m')
  })
})
