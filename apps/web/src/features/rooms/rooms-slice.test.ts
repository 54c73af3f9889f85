import type { MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { configureStore } from '@reduxjs/toolkit'
import { describe, expect, it } from 'vitest'
import { roomAdvanced } from '../../realtime/engine-events.ts'
import { memberChanged, membershipUpdated, readMoved, roomRemoved, roomUpdated } from '../../realtime/events.ts'
import { signedIn } from '../identity/identity-slice.ts'
import {
  isCountUnclear,
  isOutdated,
  roomLoaded,
  roomsLoaded,
  roomsSlice,
  selectLatestFirst,
  selectRoom,
  selectSections,
  selectWaiting,
} from './rooms-slice.ts'

const me = '1'
const other = '2'

const createRoom = (room: Partial<Room> = {}): Room => ({
  id: '10',
  type: 'PUBLIC',
  visibility: 'listed',
  name: 'Design',
  topic: '',
  image: null,
  memberCount: 2,
  createdAt: '2026-01-01T00:00:00.000Z',
  role: 'member',
  pinned: false,
  notify: 'all',
  readSeq: 5,
  unread: 0,
  mentions: 0,
  head: { seq: 5, change: 5, epoch: 1, floor: 0 },
  canPost: true,
  ...room,
})

const createRow = (seq: number, row: Partial<MessageRow> = {}): MessageRow => ({
  roomId: '10',
  seq,
  change: seq,
  clientId: `c${seq}`,
  senderId: other,
  body: { kind: 'text', text: `message ${seq}` },
  createdAt: `2026-01-02T00:00:${String(seq % 60).padStart(2, '0')}.000Z`,
  ...row,
})

function createStore(...rooms: Room[]) {
  const store = configureStore({ reducer: { rooms: roomsSlice.reducer } })
  const profile = {
    id: me,
    username: 'me',
    displayName: 'Me',
    bio: '',
    status: '',
    image: null,
    createdAt: '',
    email: '',
    qq: '',
    wechat: '',
    github: '',
    locale: 'en' as const,
  }
  store.dispatch(signedIn(profile))
  store.dispatch(roomsLoaded(rooms.length > 0 ? rooms : [createRoom()]))
  const hear = (...rows: MessageRow[]) => store.dispatch(roomAdvanced({ roomId: '10', rows }))
  const room = () => selectRoom(store.getState(), '10')
  return { store, hear, room }
}

describe('unread', () => {
  it('counts each message of others once, however often it is heard', () => {
    const { hear, room } = createStore()
    hear(createRow(6))
    hear(createRow(6), createRow(7))
    hear(createRow(7))
    expect(room()).toMatchObject({ unread: 2, head: { seq: 7, change: 7 }, lastMessage: { seq: 7 } })
  })

  it('does not count what oneself, the system or a recall says', () => {
    const { hear, room } = createStore()
    hear(
      createRow(6, { senderId: me }),
      createRow(7, { body: { kind: 'system', action: 'member.joined' } }),
      createRow(8, { body: { kind: 'recall', by: other, at: '' } }),
    )
    expect(room()?.unread).toBe(0)
  })

  it('counts mentions of oneself apart', () => {
    const { hear, room } = createStore()
    hear(
      createRow(6, { body: { kind: 'text', text: 'x', mentions: [me] } }),
      createRow(7, { body: { kind: 'text', text: 'x', mentions: [other] } }),
    )
    expect(room()).toMatchObject({ unread: 2, mentions: 1 })
  })

  it('a recall of an unread message takes it off the count, an edit does not', () => {
    const { hear, room } = createStore()
    hear(createRow(6), createRow(7))
    hear(createRow(6, { change: 8, editedAt: 'now' }))
    expect(room()?.unread).toBe(2)
    hear(createRow(7, { change: 9, body: { kind: 'recall', by: other, at: '' } }))
    expect(room()).toMatchObject({ unread: 1, lastMessage: { body: { kind: 'recall' } } })
  })

  it('what a summary already holds is not counted again when its event comes late', () => {
    const { store, hear, room } = createStore()
    store.dispatch(roomLoaded(createRoom({ unread: 2, head: { seq: 7, change: 7, epoch: 1, floor: 0 } })))
    hear(createRow(6), createRow(7))
    expect(room()?.unread).toBe(2)
  })

  it('a message edited before it was heard of counts once, though it comes after a later one', () => {
    const { hear, room } = createStore()
    hear(createRow(7), createRow(6, { change: 8, editedAt: 'now' }))
    expect(room()).toMatchObject({ unread: 2, lastMessage: { seq: 7 }, head: { seq: 7, change: 8 } })
  })

  it('a message sent and recalled in one breath counts for nothing', () => {
    const { hear, room } = createStore()
    hear(createRow(6), createRow(6, { change: 7, body: { kind: 'recall', by: other, at: '' } }))
    expect(room()).toMatchObject({ unread: 0, lastMessage: { body: { kind: 'recall' } } })
  })

  it('an answer that was on its way while a message came does not take the message back', () => {
    const { store, hear, room } = createStore()
    const asked = createRoom({ topic: 'new topic' })
    hear(createRow(6))
    store.dispatch(roomLoaded(asked))
    expect(room()).toMatchObject({ unread: 1, lastMessage: { seq: 6 }, topic: 'new topic' })
    expect(isOutdated(asked, room())).toBe(true)
  })

  it('what was read meanwhile stays read when an older answer comes', () => {
    const { store, hear, room } = createStore()
    hear(createRow(6))
    store.dispatch(readMoved({ roomId: '10', userId: me, seq: 6 }))
    store.dispatch(roomLoaded(createRoom({ unread: 1, head: { seq: 6, change: 6, epoch: 1, floor: 0 } })))
    expect(room()).toMatchObject({ unread: 0, readSeq: 6 })
  })

  it('a restored backup replaces what was known, though its numbers are lower', () => {
    const { store, hear, room } = createStore()
    hear(createRow(6), createRow(7))
    store.dispatch(roomLoaded(createRoom({ head: { seq: 5, change: 5, epoch: 2, floor: 0 } })))
    expect(room()).toMatchObject({ unread: 0, head: { seq: 5, epoch: 2 } })
  })

  it('is asked of the server where a change may have taken or given a mention', () => {
    const room = createRoom({ unread: 2, mentions: 1, head: { seq: 7, change: 7, epoch: 1, floor: 0 } })
    const recalled = createRow(6, { body: { kind: 'recall', by: other, at: '' } })
    expect(isCountUnclear(room, recalled, me)).toBe(true)
    expect(isCountUnclear({ ...room, mentions: 0 }, recalled, me)).toBe(false)
    expect(isCountUnclear({ ...room, readSeq: 6 }, recalled, me)).toBe(false)
    const edited = createRow(6, { editedAt: 'now', body: { kind: 'text', text: 'x', mentions: [me] } })
    expect(isCountUnclear({ ...room, mentions: 0 }, edited, me)).toBe(true)
    expect(isCountUnclear(room, createRow(7), me)).toBe(false)
  })

  it('stops at 100, and is nothing once read to the end on any device', () => {
    const { store, hear, room } = createStore()
    hear(...Array.from({ length: 150 }, (_, index) => createRow(index + 6)))
    expect(room()?.unread).toBe(100)
    store.dispatch(readMoved({ roomId: '10', userId: other, seq: 155 }))
    expect(room()?.unread).toBe(100)
    store.dispatch(readMoved({ roomId: '10', userId: me, seq: 155 }))
    expect(room()).toMatchObject({ unread: 0, mentions: 0, readSeq: 155 })
  })

  it('a room kept quiet does not wait for attention', () => {
    const { store } = createStore(
      createRoom({ id: '10', unread: 3 }),
      createRoom({ id: '11', unread: 5, notify: 'none' }),
      createRoom({ id: '12', unread: 7, mentions: 2, notify: 'mentions' }),
    )
    expect(selectWaiting(store.getState())).toBe(5)
  })
})

describe('the list', () => {
  it('puts pinned rooms first, then groups and people, each with the latest first', () => {
    const { store } = createStore(
      createRoom({ id: '1', lastMessage: createRow(1, { createdAt: '2026-02-01T00:00:00.000Z' }) }),
      createRoom({ id: '2', lastMessage: createRow(1, { createdAt: '2026-03-01T00:00:00.000Z' }) }),
      createRoom({ id: '3', type: 'PRIVATE' }),
      createRoom({ id: '4', pinned: true }),
    )
    const { pinned, rooms, people } = selectSections(store.getState())
    expect([pinned, rooms, people].map((section) => section.map(({ id }) => id))).toEqual([['4'], ['2', '1'], ['3']])
    expect(selectLatestFirst(store.getState()).map(({ id }) => id)).toEqual(['2', '1', '4', '3'])
  })

  it('follows renames, roles, counts and removals', () => {
    const { store, room } = createStore()
    const { id, type, visibility, topic, image, memberCount, createdAt } = createRoom()
    store.dispatch(
      roomUpdated({ room: { id, type, visibility, topic, image, memberCount, createdAt, name: 'New name' } }),
    )
    store.dispatch(memberChanged({ roomId: '10', userId: me, role: 'admin', memberCount: 9 }))
    expect(room()).toMatchObject({ name: 'New name', role: 'admin', memberCount: 9, readSeq: 5 })
    store.dispatch(roomRemoved({ roomId: '10', reason: 'removed' }))
    expect(room()).toBeUndefined()
  })

  it('follows what another device of the person pins and mutes', () => {
    const { store, room } = createStore()
    store.dispatch(membershipUpdated({ roomId: '10', pinned: true, notify: 'none' }))
    expect(room()).toMatchObject({ name: 'Design', pinned: true, notify: 'none' })
    expect(selectSections(store.getState()).pinned).toHaveLength(1)
  })
})
