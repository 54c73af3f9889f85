import type { ParleyClient } from '@parley/client/client'
import type { AppDispatch } from '../../realtime/client-context.tsx'
import { selectRoom, type RoomsRoot } from './rooms-slice.ts'
import { loadRoom, loadRooms } from './rooms-thunks.ts'

interface RoomStore {
  dispatch: AppDispatch
  getState: () => RoomsRoot
}

/** More rooms than this are brought up to date by asking for the list once. */
const singleRoomsMax = 5
const gatherMs = 150

/** Keeps the list of rooms current: asked for again where events do not say enough. */
export const keepRooms = ({ socket, engine }: ParleyClient, { dispatch, getState }: RoomStore) => {
  const wanted = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const load = () => {
    timer = undefined
    const roomIds = [...wanted]
    wanted.clear()
    if (roomIds.length > singleRoomsMax) dispatch(loadRooms()).catch(reportError)
    // A room that went away meanwhile is no fault: its removal is told in an event of its own.
    else for (const roomId of roomIds) dispatch(loadRoom(roomId)).catch(reportError)
  }
  const want = (roomId: string) => {
    wanted.add(roomId)
    timer ??= setTimeout(load, gatherMs)
  }

  socket.on('session.ready', () => {
    dispatch(loadRooms()).catch(reportError)
  })
  socket.on('room.updated', ({ room }) => {
    if (!selectRoom(getState(), room.id)) want(room.id)
  })
  socket.on('friend.changed', ({ roomId }) => {
    if (roomId) want(roomId)
  })
  socket.on('read', ({ roomId }) => {
    const room = selectRoom(getState(), roomId)
    if (room && room.unread > 0) want(roomId)
  })
  engine.on((event) => {
    if (event.type === 'stale') for (const roomId of event.roomIds) want(roomId)
  })
}
