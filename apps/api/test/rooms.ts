import { randomUUID } from 'node:crypto'
import { getHistory, sendMessage } from '@parley/protocol/messages'
import { blockUser } from '@parley/protocol/people'
import { createRoom, getRoom, type CreateRoom, type Room } from '@parley/protocol/rooms'
import { call, createUser, type TestApi, type TestUser } from './harness.ts'

export const createUsers = (api: TestApi, count: number): Promise<TestUser[]> =>
  Promise.all(Array.from({ length: count }, () => createUser(api)))

/** Makes a group through the real route. */
export async function createGroup(
  api: TestApi,
  creator: TestUser,
  input: Omit<Partial<CreateRoom>, 'type'> = {},
): Promise<Room> {
  const { room } = await call(api, creator, createRoom, { body: { name: 'Design', ...input, type: 'PUBLIC' } })
  return room
}

/** Makes two people friends without the private room that a friendship made by request opens. */
export async function befriend(api: TestApi, one: TestUser, other: TestUser): Promise<void> {
  await api.sql.query(
    'INSERT INTO user_friends (workspace_id, user_id, friend_id, state, created_at) ' +
      "VALUES (1, ?, ?, 'friends', UTC_TIMESTAMP(3)), (1, ?, ?, 'friends', UTC_TIMESTAMP(3))",
    [one.id, other.id, other.id, one.id],
  )
}

/** Makes two people friends, and opens their private room. */
export async function createPrivateRoom(api: TestApi, one: TestUser, other: TestUser): Promise<Room> {
  await befriend(api, one, other)
  const { room } = await call(api, one, createRoom, { body: { type: 'PRIVATE', memberIds: [other.id] } })
  return room
}

/** A room as somebody sees it. */
export async function roomOf(api: TestApi, user: TestUser, id: string): Promise<Room> {
  const answer = await call(api, user, getRoom, { query: { id } })
  if (!('room' in answer)) throw new Error('asked for one room, got a page')
  return answer.room
}

/** Sends a text; answers its seq. */
export async function sendText(
  api: TestApi,
  user: TestUser,
  roomId: string,
  { text = 'hello', mentions = [] }: { text?: string; mentions?: string[] } = {},
): Promise<number> {
  const body = { roomId, clientId: randomUUID(), body: { kind: 'text' as const, text, mentions } }
  const { seq } = await call(api, user, sendMessage, { body })
  return seq
}

/** What happened in a young room, in order: actions of system messages, kinds of others. Throws if a number is missing. */
export async function storyOf(api: TestApi, user: TestUser, roomId: string): Promise<string[]> {
  const { rows } = await call(api, user, getHistory, { query: { roomId, limit: 100 } })
  const hole = rows.findIndex(({ seq }, index) => seq !== index + 1)
  if (hole >= 0) throw new Error(`message ${hole + 1} is missing`)
  return rows.map(({ body }) => (body.kind === 'system' ? body.action : body.kind))
}

/** Lets one person block another. */
export async function block(api: TestApi, blocker: TestUser, blocked: TestUser): Promise<void> {
  await call(api, blocker, blockUser, { body: { userId: blocked.id } })
}
