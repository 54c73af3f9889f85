import { randomUUID } from 'node:crypto'
import { createParleyClient, type ParleyClient } from '@parley/client/client'
import { cookieFetch } from '@parley/client/cookie-fetch'
import { addFriend, type Profile } from '@parley/protocol/people'

/** Somebody with an account, and a client signed in to it. */
export interface Person {
  user: Profile
  email: string
  password: string
  client: ParleyClient
}

/** Registers somebody through the real route, in the workspace an invitation leads to. */
export async function registerPerson(origin: string, username: string, invite?: string): Promise<Person> {
  const client = createParleyClient({ origin, fetch: cookieFetch() })
  const email = `${username}@example.com`
  const password = `long ${randomUUID()}`
  const user = await client.session.register({ email, username, password, ...(invite && { invite }) })
  return { user, email, password, client }
}

/** Makes friends of two people; answers the id of their room. */
export async function befriend(one: Person, other: Person): Promise<string> {
  await one.client.rest.call(addFriend, { body: { userId: other.user.id } })
  const { roomId } = await other.client.rest.call(addFriend, { body: { userId: one.user.id } })
  if (roomId === undefined) throw new Error('friends without a room')
  return roomId
}
