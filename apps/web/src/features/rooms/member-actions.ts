import { addMembers, removeMember, updateMember, type RoomMember, type RoomRole } from '@parley/protocol/rooms'
import type { AppThunk } from '../../realtime/client-context.tsx'
import { roomLoaded } from './rooms-slice.ts'
import { loadRoom } from './rooms-thunks.ts'

/** Adds people to a group. */
export const add =
  (roomId: string, userIds: string[]): AppThunk =>
  async (dispatch, _, { client }) => {
    const { room } = await client.rest.call(addMembers, { body: { roomId, userIds } })
    dispatch(roomLoaded(room))
  }

/** Gives a member another role. */
export const appoint =
  (roomId: string, userId: string, role: RoomRole): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.rest.call(updateMember, { body: { roomId, userId, role } })
    // Handing over changes one's own role as well.
    if (role === 'creator') await dispatch(loadRoom(roomId))
  }

export const remove =
  (roomId: string, userId: string): AppThunk =>
  async (_dispatch, _, { client }) => {
    await client.rest.call(removeMember, { fields: { roomId, userId } })
  }

/** Takes a removal back: the person is again what they were. */
export const restore =
  (roomId: string, { user, role }: RoomMember): AppThunk =>
  async (dispatch) => {
    await dispatch(add(roomId, [user.id]))
    if (role !== 'member') await dispatch(appoint(roomId, user.id, role))
  }
