import type { ParleyClient } from '@parley/client/client'
import type { Room } from '@parley/protocol/rooms'
import type { AppDispatch } from '../../realtime/client-context.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { isCountUnclear, isOutdated, selectRoom, type RoomsRoot } from './rooms-slice.ts'
import { loadRoom, loadRooms } from './rooms-thunks.ts'

interface RoomStore {
  dispatch: AppDispatch
  getState: () => RoomsRoot & Parameters<typeof selectOwnId>[0]
}

/** More rooms than this are brought up to date by asking for the list once. */
const singleRoomsMax = 5
const gatherMs = 150

/** Keeps the list of rooms current: asked for again where events do not say enough. */
export const keepRooms = ({ socket, engine }: ParleyClient, { dispatch, getState }: RoomStore) => {
  const wanted = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const want = (roomId: string) => {
    wanted.add(roomId)
    timer ??= setTimeout(load, gatherMs)
  }
  /** Messages that came while the answer was on its way are not in it, so it may count wrong. */
  const check = (rooms: readonly Room[]) => {
    for (const room of rooms) if (isOutdated(room, selectRoom(getState(), room.id))) want(room.id)
  }
  const loadAll = () => {
    dispatch(loadRooms()).then(check, reportError)
  }
  const load = () => {
    timer = undefined
    const roomIds = [...wanted]
    wanted.clear()
    if (roomIds.length > singleRoomsMax) return loadAll()
    // A room that went away meanwhile is no fault: its removal is told in an event of its own.
    for (const roomId of roomIds) dispatch(loadRoom(roomId)).then((room) => check([room]), reportError)
  }

  socket.on('session.ready', loadAll)
  socket.on('room.updated', ({ room }) => {
    if (!selectRoom(getState(), room.id)) want(room.id)
  })
  socket.on('friend.changed', ({ roomId }) => {
    if (roomId) want(roomId)
  })
  socket.on('read', ({ roomId, userId }) => {
    const room = selectRoom(getState(), roomId)
    // Read in part, on another device: how much is left, the server counts.
    if (room && room.unread > 0 && userId === selectOwnId(getState())) want(roomId)
  })
  engine.on((event) => {
    if (event.type === 'stale') for (const roomId of event.roomIds) want(roomId)
    if (event.type !== 'advanced') return
    const room = selectRoom(getState(), event.roomId)
    const ownId = selectOwnId(getState())
    if (room && event.rows.some((row) => isCountUnclear(room, row, ownId))) want(event.roomId)
  })
}
