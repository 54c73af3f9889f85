import {
  addFriend,
  blockUser,
  getUser,
  listBlocks,
  listFriends,
  removeFriend,
  unblockUser,
  type User,
} from '@parley/protocol/people'
import type { AppThunk } from '../../realtime/client-context.tsx'
import { peopleLoaded, relationChanged } from './people-slice.ts'

/** Asks somebody to be friends, or accepts what they asked. */
export const befriend =
  (userId: string): AppThunk =>
  async (dispatch, _, { client }) => {
    const { status, roomId } = await client.rest.call(addFriend, { body: { userId } })
    const relation = status === 'friends' ? 'friend' : 'requested'
    dispatch(relationChanged({ userId, relation, ...(roomId && { roomId }) }))
  }

/** Ends a friendship, withdraws a request or declines one. */
export const unfriend =
  (userId: string): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.rest.call(removeFriend, { fields: { userId } })
    dispatch(relationChanged({ userId, relation: 'none' }))
  }

export const block =
  (userId: string): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.rest.call(blockUser, { body: { userId } })
    dispatch(relationChanged({ userId, blocked: true }))
  }

export const unblock =
  (userId: string): AppThunk =>
  async (dispatch, _, { client }) => {
    await client.rest.call(unblockUser, { fields: { userId } })
    dispatch(relationChanged({ userId, blocked: false }))
  }

/** Loads everybody one is friends with, has asked or was asked by, page by page. */
export const loadFriends =
  (signal: AbortSignal): AppThunk =>
  async (dispatch, _, { client }) => {
    let cursor: string | undefined
    do {
      const page = await client.rest.call(listFriends, { query: { cursor } }, { signal })
      dispatch(peopleLoaded(page.items))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
  }

export const loadBlocks =
  (signal: AbortSignal): AppThunk =>
  async (dispatch, _, { client }) => {
    let cursor: string | undefined
    do {
      const page = await client.rest.call(listBlocks, { query: { cursor } }, { signal })
      dispatch(peopleLoaded(page.items))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
  }

/** People whose username or name starts with `query`. */
export const searchPeople =
  (query: string, signal: AbortSignal): AppThunk<User[]> =>
  async (dispatch, _, { client }) => {
    const answer = await client.rest.call(getUser, { query: { query } }, { signal })
    const found = 'items' in answer ? answer.items : [answer]
    dispatch(peopleLoaded(found))
    return found
  }

/** One person, by id, with what they are to oneself. */
export const loadPerson =
  (id: string, signal: AbortSignal): AppThunk<User | null> =>
  async (dispatch, _, { client }) => {
    const answer = await client.rest.call(getUser, { query: { id } }, { signal })
    if ('items' in answer) return null
    dispatch(peopleLoaded([answer]))
    return answer
  }

/** One person by username; null when there is nobody of that name. */
export const loadPersonByName =
  (username: string, signal: AbortSignal): AppThunk<User | null> =>
  async (dispatch) => {
    const found = await dispatch(searchPeople(username, signal))
    const match = found.find((user) => user.username.toLowerCase() === username.toLowerCase())
    // A list leaves out what only one's own page of a person shows.
    return match ? dispatch(loadPerson(match.id, signal)) : null
  }
