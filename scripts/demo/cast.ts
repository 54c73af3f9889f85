import { ApiError } from '@parley/client/api-error'
import { createRest, type Rest } from '@parley/client/rest'
import { fetchUpload, upload, type Upload } from '@parley/client/upload'
import type { FileEntity } from '@parley/protocol/files'
import { login, logout, register, type SignedIn } from '@parley/protocol/identity'
import { addFriend, updateProfile } from '@parley/protocol/people'
import type { RowDataPacket } from 'mysql2/promise'
import { makeSquare } from './attachments.ts'
import {
  demoPassword,
  emailOf,
  friendships,
  openRequests,
  people,
  usernames,
  type Person,
  type Username,
} from './people.ts'
import { seeded } from './random.ts'
import type { Stage } from './stage.ts'

/** Somebody of the demo, signed in. */
export interface Player {
  id: string
  rest: Rest
  upload: (file: Upload) => Promise<FileEntity>
}

export interface Cast {
  players: Record<Username, Player>
  /** When the first account was made: the present of the demo, which every date in it is counted back from. */
  madeAt: Date
  signOut: () => Promise<void>
}

const dayMs = 86_400_000

/** Signs everybody in, with their profiles and friends; makes the accounts the first time. */
export async function gatherCast(stage: Stage): Promise<Cast> {
  const found: Partial<Record<Username, Player>> = {}
  for (const [index, username] of usernames.entries()) {
    stage.signal.throwIfAborted()
    found[username] = await signIn(stage, username)
    stage.report('people of the team', index + 1, usernames.length)
  }
  const players = complete(found)
  const madeAt = await readMadeAt(stage, players.demo.id)
  await datePeople(stage, players, madeAt)
  await befriend(stage, players)
  const signOut = async (): Promise<void> => {
    await Promise.all(Object.values(players).map(({ rest }) => rest.call(logout, {})))
  }
  return { players, madeAt, signOut }
}

const isComplete = (found: Partial<Record<Username, Player>>): found is Record<Username, Player> =>
  usernames.every((username) => found[username] !== undefined)

function complete(found: Partial<Record<Username, Player>>): Record<Username, Player> {
  if (!isComplete(found)) throw new Error('somebody of the cast did not come')
  return found
}

const isCode = (error: unknown, ...codes: string[]): boolean => error instanceof ApiError && codes.includes(error.code)

async function signIn({ origin }: Stage, username: Username): Promise<Player> {
  let token: string | null = null
  const rest = createRest({ origin, accessToken: () => token, onExpired: () => Promise.resolve(null) })
  const { signedIn, isNew } = await open(rest, username)
  token = signedIn.accessToken
  const player: Player = {
    id: signedIn.user.id,
    rest,
    upload: (file) => upload(rest, fetchUpload(), file),
  }
  // The profile is written last: where it is missing, an earlier run was stopped in between.
  if (isNew || signedIn.user.displayName === username) await introduce(player, username)
  return player
}

async function open(rest: Rest, username: Username): Promise<{ signedIn: SignedIn; isNew: boolean }> {
  const body = { email: emailOf(username), username, password: demoPassword }
  try {
    return { signedIn: await rest.call(register, { body }), isNew: true }
  } catch (error) {
    if (!isCode(error, 'EMAIL_IN_USE', 'USERNAME_IN_USE')) throw error
  }
  try {
    return { signedIn: await rest.call(login, { body: { login: username, password: demoPassword } }), isNew: false }
  } catch (error) {
    if (!isCode(error, 'BAD_CREDENTIALS')) throw error
    throw new Error(`the account ${username} exists with another password: the demo needs a database of its own`, {
      cause: error,
    })
  }
}

async function introduce(player: Player, username: Username): Promise<void> {
  const { avatar, ...profile }: Person = people[username]
  const picture = avatar && (await makeSquare(avatar, username))
  const image = picture && (await player.upload({ ...picture, scene: 'avatar' })).id
  await player.rest.call(updateProfile, { body: { ...profile, ...(image !== undefined && { image }) } })
}

async function readMadeAt({ sql }: Stage, userId: string): Promise<Date> {
  const [rows] = await sql.query<(RowDataPacket & { created_at: Date })[]>(
    'SELECT created_at FROM users WHERE id = ?',
    [userId],
  )
  if (!rows[0]) throw new Error('the first account is gone')
  return rows[0].created_at
}

/** Everybody but the first has been there for months, and was here today or yesterday. */
async function datePeople({ sql }: Stage, players: Record<Username, Player>, madeAt: Date): Promise<void> {
  for (const username of usernames.filter((each) => each !== 'demo')) {
    const random = seeded(username)
    const createdAt = new Date(madeAt.getTime() - (120 + 200 * random()) * dayMs)
    const lastSeenAt = new Date(madeAt.getTime() - random() * dayMs)
    await sql.query('UPDATE users SET created_at = ?, last_seen_at = COALESCE(last_seen_at, ?) WHERE id = ?', [
      createdAt,
      lastSeenAt,
      players[username].id,
    ])
  }
}

/** Asking twice, or asking a friend, changes nothing. */
async function befriend({ signal }: Stage, players: Record<Username, Player>): Promise<void> {
  const ask = (from: Player, to: Player) => from.rest.call(addFriend, { body: { userId: to.id } })
  for (const [one, other] of friendships) {
    signal.throwIfAborted()
    const { status } = await ask(players[one], players[other])
    if (status === 'requested') await ask(players[other], players[one])
  }
  for (const username of openRequests) await ask(players[username], players.demo)
}
