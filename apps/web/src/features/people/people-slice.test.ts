import { configureStore } from '@reduxjs/toolkit'
import type { PublicUser, User } from '@parley/protocol/people'
import { describe, expect, it } from 'vitest'
import { friendChanged, presenceChanged, userUpdated } from '../../realtime/events.ts'
import { signedOut } from '../identity/identity-slice.ts'
import {
  peopleLoaded,
  peopleSlice,
  selectIdsByRelation,
  selectIncomingCount,
  selectLastSeenAt,
  selectPresence,
  selectStanding,
  selectUser,
  usersMet,
} from './people-slice.ts'

const publicUser = (id: string): PublicUser => ({
  id,
  username: `user${id}`,
  displayName: `User ${id}`,
  bio: '',
  status: '',
  image: null,
  createdAt: '2026-05-04T09:30:00.000Z',
})

const person = (id: string, standing: Partial<User> = {}): User => ({
  ...publicUser(id),
  relation: 'none',
  blocked: false,
  ...standing,
})

const createStore = () => configureStore({ reducer: { people: peopleSlice.reducer } })

describe('the people slice', () => {
  it('keeps contact fields out of what every screen shares', () => {
    const store = createStore()
    store.dispatch(peopleLoaded([person('1', { relation: 'friend', email: 'one@example.com' })]))
    expect(selectUser(store.getState(), '1')).toEqual(publicUser('1'))
  })

  it('replaces a profile when its owner changes it', () => {
    const store = createStore()
    store.dispatch(usersMet([publicUser('1')]))
    store.dispatch(userUpdated({ user: { ...publicUser('1'), displayName: 'Ada' } }))
    expect(selectUser(store.getState(), '1')?.displayName).toBe('Ada')
  })

  it('moves somebody between the lists when the relation changes, and keeps the block', () => {
    const store = createStore()
    store.dispatch(peopleLoaded([person('1', { relation: 'incoming', blocked: true }), person('2')]))
    expect(selectIncomingCount(store.getState())).toBe(1)
    store.dispatch(friendChanged({ userId: '1', relation: 'friend', roomId: '9' }))
    expect(selectIncomingCount(store.getState())).toBe(0)
    expect(selectIdsByRelation(store.getState(), 'friend')).toEqual(['1'])
    expect(selectStanding(store.getState(), '1')).toEqual({ relation: 'friend', blocked: true, roomId: '9' })
  })

  it('takes somebody unheard of for offline', () => {
    const store = createStore()
    expect(selectPresence(store.getState(), '1')).toBe('offline')
    const lastSeenAt = '2026-05-04T09:30:00.000Z'
    store.dispatch(presenceChanged({ userId: '1', state: 'away', lastSeenAt }))
    expect(selectPresence(store.getState(), '1')).toBe('away')
    expect(selectLastSeenAt(store.getState(), '1')).toBe(lastSeenAt)
  })

  it('forgets everybody on signing out', () => {
    const store = createStore()
    store.dispatch(peopleLoaded([person('1', { relation: 'friend' })]))
    store.dispatch(signedOut())
    expect(store.getState().people).toEqual(peopleSlice.getInitialState())
  })
})
