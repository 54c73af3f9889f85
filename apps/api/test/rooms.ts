import { randomUUID } from 'node:crypto'
import { getHistory, sendMessage } from '@parley/protocol/messages'
import { createRoom, getRoom, type CreateRoom, type Room } from '@parley/protocol/rooms'
import { call, createUser, type TestApi, type TestUser } from './harness.ts'

export async function createUsers(api: TestApi, count: number): Promise<TestUser[]> {
  const made: TestUser[] = []
  // More at once than the server hashes passwords for would be refused.
  while (made.length < count) {
    const batch = Array.from({ length: Math.min(20, count - made.length) }, () => createUser(api))
    made.push(...(await Promise.all(batch)))
  }
  return made
}

/** Makes a group through the real route. */
export async function createGroup(
  api: TestApi,
  creator: TestUser,
  input: Omit<Partial<CreateRoom>, 'type'> = {},
): Promise<Room> {
  const { room } = await call(api, creator, createRoom, { body: { name: 'Design', ...input, type: 'PUBLIC' } })
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
