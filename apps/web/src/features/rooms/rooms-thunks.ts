import type { ParleyClient } from '@parley/client/client'
import { getRoom, leaveRoom, updateMembership, type NotifyLevel, type Room } from '@parley/protocol/rooms'
import type { AppDispatch, AppThunk } from '../../realtime/client-context.tsx'
import { usersMet } from '../people/people-slice.ts'
import { roomLeft, roomLoaded, roomsFailed, roomsLoaded } from './rooms-slice.ts'

/** Tells the engine as of which head a summary is, and everybody who the peer is. */
const meet = (rooms: readonly Room[], client: ParleyClient, dispatch: AppDispatch) => {
  client.engine.summaries(rooms.map(({ id, head }) => ({ roomId: id, ...head })))
  dispatch(usersMet(rooms.flatMap(({ peer }) => peer ?? [])))
}

/** Loads every room of the person, page by page. */
export const loadRooms =
  (): AppThunk<Room[]> =>
  async (dispatch, _, { client }) => {
    try {
      const rooms: Room[] = []
      let cursor: string | undefined
      do {
        const page = await client.rest.call(getRoom, { query: { ...(cursor && { cursor }) } })
        if (!('items' in page)) throw new Error('a list of rooms was asked for and one room answered')
        rooms.push(...page.items)
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      dispatch(roomsLoaded(rooms))
      meet(rooms, client, dispatch)
      return rooms
    } catch (error) {
      dispatch(roomsFailed())
      throw error
    }
  }

/** Loads one room, or loads it again. */
export const loadRoom =
  (roomId: string): AppThunk<Room> =>
  async (dispatch, _, { client }) => {
    const answer = await client.rest.call(getRoom, { query: { id: roomId } })
    if (!('room' in answer)) throw new Error('a room was asked for and a list answered')
    dispatch(roomLoaded(answer.room))
    meet([answer.room], client, dispatch)
    return answer.room
  }

/** Keeps a room in another way: shown at once, put back if the server refuses. */
export const keepRoom =
  (room: Room, change: { pinned?: boolean; notify?: NotifyLevel }): AppThunk =>
  async (dispatch, _, { client }) => {
    dispatch(roomLoaded({ ...room, ...change }))
    try {
      const answer = await client.rest.call(updateMembership, { body: { roomId: room.id, ...change } })
      dispatch(roomLoaded(answer.room))
    } catch (error) {
      dispatch(roomLoaded(room))
      throw error
    }
  }

/** Marks everything in a room as seen. */
export const readWholeRoom =
  (room: Room): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.socket.command('room.read', { roomId: room.id, seq: room.head.seq })
    await dispatch(loadRoom(room.id))
  }

export const leave =
  (roomId: string): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.rest.call(leaveRoom, { body: { id: roomId } })
    dispatch(roomLeft({ roomId }))
  }
