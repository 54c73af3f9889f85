import { createRole } from '@parley/protocol/access-contracts'
import { editMessage, getHistory, pinMessage, sendMessage } from '@parley/protocol/messages'
import { addFriend, updateProfile } from '@parley/protocol/people'
import { realtimePath } from '@parley/protocol/realtime'
import { createInvite, updateRoom } from '@parley/protocol/rooms'
import { createGroup as createRelayGroup, createToken as createRelayToken } from '@parley/protocol/relay'
import { createChannel } from '@parley/protocol/relay-channels'
import { createGuardrail } from '@parley/protocol/relay-settings'
import { createWorkspace, createWorkspaceInvite, switchWorkspace } from '@parley/protocol/workspaces'
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCommands, readEndpoints, request, type Endpoint } from './endpoints.ts'
import { getFile, upload } from './files.ts'
import { call, createUser, send, signIn, startApi, type TestApi, type TestUser } from './harness.ts'
import { attemptsOfCommand, attemptsOfEndpoint, kindOf, type Attempt, type Fill, type Kind } from './names-of-things.ts'
import { createGroup, sendText } from './rooms.ts'

/** Stands in every name and text of the one side; the other must never read it. */
const marker = 'quokka'
const marked = /quokka/i

/** What names nothing, in either workspace. */
const nothing = (kind: Kind): string => (kind === 'token of a room invitation' ? 'A'.repeat(32) : '987654321987')

/** Ids of one side's things. */
type Things = Record<Kind, string[]>
type RelayThings = Record<Extract<Kind, `relay ${string}`>, string[]>

interface Side {
  /** Administers the workspace. */
  user: TestUser
  /** Has nothing there but a seat. */
  member: TestUser
  things: Things
  /** Files of their own that no message carries yet: each can be sent once. */
  spareFiles: string[]
}

let api: TestApi
let theirs: Side
/** Another workspace, from which somebody tries. */
let foreign: Side
/** A member of their workspace who is in none of their rooms. */
let stranger: Side

interface IdRecord extends RowDataPacket {
  id: number
}

async function idOf(sql: string, values: unknown[]): Promise<string> {
  const [rows] = await api.sql.query<IdRecord[]>(sql, values)
  return String(rows[0]?.id)
}

/** A token that works in a workspace of its own for somebody who runs it. */
async function operatorIn(workspaceId: string): Promise<TestUser> {
  const fresh = await signIn(api, api.operator)
  const response = await send(api, switchWorkspace, { body: { workspaceId }, headers: { cookie: fresh.cookie } })
  const { user, accessToken }: { user: { id: string }; accessToken: string } = JSON.parse(await response.text())
  return { ...fresh, id: user.id, accessToken }
}

const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1)

const inviteTo = async (admin: TestUser, role: string): Promise<string> =>
  tokenOf((await call(api, admin, createWorkspaceInvite, { body: { role } })).link)

/** One of each thing of the relay. */
async function settleRelay(user: TestUser, name: string, workspaceId: string): Promise<RelayThings> {
  const group = `${name}-group`
  await call(api, user, createRelayGroup, { body: { id: group } })
  const token = { params: { group }, query: {}, body: { name: `${name} token` } }
  const { data: made } = await call(api, user, createRelayToken, token)
  const wanted = { name: `${name} channel`, type: 'test' as const, models: [`${name}-model`] }
  const { data: channel } = await call(api, user, createChannel, { body: wanted })
  const rule = { name: `${name} rule`, kind: 'keyword' as const, matches: [name], action: 'refuse' as const }
  const { data: guardrail } = await call(api, user, createGuardrail, { body: { ...rule, group } })
  const [log] = await api.sql.query<ResultSetHeader>(
    `INSERT INTO relay_logs (request_id, workspace_id, group_id, token_id, group_name, token_name, endpoint, model,
       is_stream, status, address, duration_ms, created_at)
     SELECT ?, workspace_id, group_id, id, ?, name, 'chat/completions', ?, 0, 200, '192.0.2.7', 1, ?
     FROM relay_tokens WHERE id = ? AND workspace_id = ?`,
    [`${name}-request`, group, `${name}-model`, new Date(), made.id, workspaceId],
  )
  return {
    'relay group': [group],
    'relay token': [made.id],
    'relay channel': [channel.id],
    'relay guardrail': [guardrail.id],
    'relay log': [String(log.insertId)],
  }
}

/** One of each thing there is, belonging to somebody who administers their workspace. */
async function settle(name: string): Promise<Side> {
  const { workspace } = await call(api, api.operator, createWorkspace, { body: { name, slug: name } })
  const admin = await operatorIn(workspace.id)
  const invitation = await call(api, admin, createWorkspaceInvite, { body: { role: 'admin' } })
  const token = tokenOf(invitation.link)
  const user = await createUser(api, { username: `${name}1`, invite: token })
  const other = await createUser(api, { username: `${name}2`, invite: token })
  await call(api, user, updateProfile, { body: { displayName: `${name} one`, bio: name } })
  const closed = await createGroup(api, user, { name: `${name} closed`, topic: name, memberIds: [other.id] })
  const listed = await createGroup(api, user, { name: `${name} listed`, visibility: 'listed' })
  await sendText(api, user, closed.id, { text: `${name} secret` })
  const file = await upload(api, user, { bytes: name, name: `${name}.txt` })
  const body = { kind: 'media' as const, fileIds: [file.id] }
  await call(api, user, sendMessage, { body: { roomId: closed.id, clientId: crypto.randomUUID(), body } })
  const unsent = await upload(api, user, { bytes: name, name: `${name}-unsent.txt` })
  const invite = await call(api, user, createInvite, { body: { roomId: closed.id } })
  const { role } = await call(api, user, createRole, { body: { name: `${name} role`, parent: null, permissions: [] } })
  const [report] = await api.sql.query<ResultSetHeader>(
    'INSERT INTO reports (workspace_id, reporter_id, subject_id, reason, created_at) VALUES (?, ?, ?, ?, ?)',
    [workspace.id, other.id, user.id, name, new Date()],
  )
  return {
    user,
    member: await createUser(api, { username: `${name}3`, invite: await inviteTo(admin, 'member') }),
    spareFiles: [],
    things: {
      user: [other.id, user.id],
      room: [closed.id, listed.id],
      file: [unsent.id, file.id],
      session: [await idOf('SELECT id FROM sessions WHERE user_id = ?', [other.id])],
      role: [role.key],
      report: [String(report.insertId)],
      'room invitation': [invite.id],
      'token of a room invitation': [invite.token],
      workspace: [workspace.id],
      'workspace invitation': [invitation.invite.id],
      ...(await settleRelay(user, name, workspace.id)),
    },
  }
}

beforeAll(async () => {
  api = await startApi()
  theirs = await settle(marker)
  foreign = await settle('numbat')
  for (let file = 0; file < 20; file += 1) {
    foreign.spareFiles.push((await upload(api, foreign.user, { bytes: 'words' })).id)
  }
  const room = await createGroup(api, theirs.member, { name: 'Elsewhere' })
  const file = await upload(api, theirs.member, { bytes: 'words' })
  stranger = { ...theirs, user: theirs.member, things: { ...theirs.things, room: [room.id], file: [file.id] } }
})
afterAll(() => api.close())

const endpoints = readEndpoints()
const attempts = endpoints.flatMap((endpoint) =>
  attemptsOfEndpoint(endpoint).map((attempt) => ({ endpoint, attempt, title: titleOf(attempt) })),
)
const commandAttempts = readCommands().flatMap((command) =>
  attemptsOfCommand(command).map((attempt) => ({ command, attempt, title: titleOf(attempt) })),
)

function titleOf({ owner, leaf }: Attempt): string {
  const way = leaf.path.map((step) =>
    step === 'item' ? '[]' : 'property' in step ? `.${step.property}` : `|${step.option}`,
  )
  return `${owner} ${way.join('').slice(1)}`
}

/**
 * Where naming what is not there succeeds: it says so in no answer, and nothing happens. Each answers for somebody else's
 * thing as for no thing at all.
 */
const silent = new Set([
  'GET /api/access/people role',
  'GET /api/admin/audit actorId',
  'GET /api/admin/audit/export actorId',
  'GET /api/admin/people role',
  'GET /api/admin/reports subjectId',
  'GET /api/admin/sessions userId',
  'GET /api/logs channel_id',
  'GET /api/logs group',
  'GET /api/logs token_id',
  'GET /api/logs/export channel_id',
  'GET /api/logs/export token_id',
  'GET /api/log/{group} channel_id',
  'GET /api/log/{group} token_id',
  'GET /api/tokens/ group',
  'GET /api/users ids',
  'DELETE /api/friend userId',
  'DELETE /api/block userId',
  'POST /api/room/message body|0.mentions[]',
  'POST /api/room/message body|1.mentions[]',
  'PATCH /api/room/message body|0.mentions[]',
  'room.editMessage body|0.mentions[]',
  'room.sendMessage body|0.mentions[]',
  'room.sendMessage body|1.mentions[]',
  'presence.watch userIds[]',
])

/** Where the message of the example is of another kind. */
const unfit = new Set(['PATCH /api/room/message body|1.mentions[]', 'room.editMessage body|1.mentions[]'])

/** What was answered, as far as it can be compared: without what differs from one request to the next. */
interface Answer {
  ok: boolean
  status: number
  text: string
}

const comparable = (text: string): string =>
  text
    .replace(/"(requestId|seq|change|createdAt|lastSeenAt|userId)":("[^"]*"|\d+|null)/g, '"$1":""')
    .replaceAll(/\d{6,}/g, '')

async function ask(endpoint: Endpoint, attempt: Attempt, fill: Fill, user: TestUser) {
  const response = await request(api.url, endpoint, attempt.parts(fill), user.accessToken)
  return { ok: response.ok, status: response.status, text: await response.text() }
}

const own = (side: Side, owner: string, name: string): string => {
  const kind = kindOf(owner, name)
  const spare = kind === 'file' ? side.spareFiles.pop() : undefined
  if (spare !== undefined) return spare
  return (kind && side.things[kind][0]) ?? '1'
}

/** What is wrong with naming their things, tried with everything else one's own and with everything theirs. */
async function faultsOf(
  attempt: Attempt,
  title: string,
  side: Side,
  idsOf: (kind: Kind) => string[],
  attack: (fill: Fill) => Promise<Answer>,
): Promise<string[]> {
  const { owner, leaf } = attempt
  const kind = kindOf(owner, leaf.name)
  if (kind === undefined) return [`say in names-of-things.ts what \`${leaf.name}\` of ${owner} names`]
  const faults: string[] = []
  const none = await attack((name, isTarget) => (isTarget ? nothing(kind) : own(side, owner, name)))
  for (const id of idsOf(kind)) {
    const alone = await attack((name, isTarget) => (isTarget ? id : own(side, owner, name)))
    const all = await attack((name, isTarget) => (isTarget ? id : own(theirs, owner, name)))
    if (alone.text.includes('VALIDATION_FAILED') && !unfit.has(title))
      faults.push(`never came past the check of its input: ${alone.text.slice(0, 300)}`)
    for (const answer of [alone, all]) {
      if (marked.test(answer.text)) faults.push(`${id}: shows ${answer.text.slice(0, 300)}`)
      if (answer.ok && !silent.has(title)) faults.push(`${id}: answered ${answer.status} ${answer.text.slice(0, 300)}`)
    }
    if (alone.status !== none.status || comparable(alone.text) !== comparable(none.text))
      faults.push(`${id}: tells it from nothing: ${alone.text.slice(0, 300)} but ${none.text.slice(0, 300)}`)
  }
  return faults
}

const allOf = (kind: Kind): string[] => theirs.things[kind]

/** What only members of a room, or one person, may know of within a workspace. */
function privateOf(kind: Kind): string[] {
  const isPrivate = ['room', 'file', 'session', 'room invitation', 'report'].includes(kind)
  // The second room is listed: anybody of the workspace may join it.
  return isPrivate ? allOf(kind).slice(0, kind === 'room' ? 1 : undefined) : []
}

describe('somebody of another workspace, with the id of a thing of this one', () => {
  test.each(attempts.map((each) => [each.title, each] as const))('%s', async (title, { endpoint, attempt }) => {
    const attack = (fill: Fill) => ask(endpoint, attempt, fill, foreign.user)
    expect(await faultsOf(attempt, title, foreign, allOf, attack)).toEqual([])
  })
})

describe('a stranger of the same workspace, with the id of a private thing', () => {
  test.each(attempts.map((each) => [each.title, each] as const))('%s', async (title, { endpoint, attempt }) => {
    const attack = (fill: Fill) => ask(endpoint, attempt, fill, theirs.member)
    expect(await faultsOf(attempt, title, stranger, privateOf, attack)).toEqual([])
  })
})

describe('what somebody of another workspace reads without naming anything', () => {
  const lists = endpoints.filter(({ method, params }) => method === 'GET' && !params)
  test.each(lists.map((endpoint) => [endpoint.name, endpoint] as const))('%s', async (_, endpoint) => {
    const query = endpoint.query?.properties?.query ? { query: marker } : {}
    const response = await request(api.url, endpoint, { query }, foreign.user.accessToken)
    expect((await response.text()).replaceAll(/"(message|field)":"[^"]*"/g, '')).not.toMatch(marked)
  })
})

const ackMs = 5_000

async function openSocket(user: TestUser, hear: (name: string, payload: unknown) => void): Promise<Socket> {
  const socket = io(api.url, {
    path: realtimePath,
    transports: ['websocket'],
    auth: { token: user.accessToken },
    reconnection: false,
    forceNew: true,
  })
  socket.onAny(hear)
  await new Promise<void>((resolve, reject) => {
    socket.once('session.ready', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

describe('a command of somebody of another workspace', () => {
  test.each(commandAttempts.map((each) => [each.title, each] as const))('%s', async (title, { command, attempt }) => {
    const socket = await openSocket(foreign.user, () => undefined)
    const attack = async (fill: Fill): Promise<Answer> => {
      const ack: { ok: boolean } = await socket.timeout(ackMs).emitWithAck(command.name, attempt.parts(fill).input)
      return { ok: ack.ok, status: ack.ok ? 200 : 400, text: JSON.stringify(ack) }
    }
    const faults = await faultsOf(attempt, title, foreign, allOf, attack)
    socket.disconnect()
    expect(faults).toEqual([])
  })
})

test('after all that, their things are as they were', async () => {
  const { user, things } = theirs
  const [closed = ''] = things.room
  const [unsent = '', sent = ''] = things.file
  const { rows } = await call(api, user, getHistory, { query: { roomId: closed } })
  const texts = rows.flatMap(({ body, reactions, pinnedAt }) =>
    body.kind === 'text' ? [[body.text, reactions, pinnedAt]] : [],
  )
  expect(texts).toEqual([[`${marker} secret`, undefined, undefined]])
  for (const id of [unsent, sent]) expect(await (await getFile(api, id, user)).text()).toBe(marker)
  const [members] = await api.sql.query<RowDataPacket[]>('SELECT user_id FROM room_members WHERE room_id = ?', [closed])
  expect(members).toHaveLength(2)
})

test('nothing that happens in one workspace is heard in the other', async () => {
  const { user, things } = theirs
  const [closed = '', listed = ''] = things.room
  const [otherId = ''] = things.user
  const heard: string[] = []
  const hear = (name: string, payload: unknown) => void heard.push(`${name} ${JSON.stringify(payload)}`)
  const ears = await openSocket(foreign.user, hear)
  await ears.timeout(ackMs).emitWithAck('presence.watch', { userIds: things.user })

  const voice = await openSocket(user, () => undefined)
  await call(api, user, updateProfile, { body: { status: `${marker} busy` } })
  await call(api, user, addFriend, { body: { userId: otherId } })
  await call(api, user, updateRoom, { body: { id: listed, topic: `${marker} news` } })
  const seq = await sendText(api, user, closed, {
    text: `${marker} again`,
    mentions: [otherId, ...foreign.things.user],
  })
  await call(api, user, editMessage, {
    body: { roomId: closed, seq, body: { kind: 'text', text: `${marker} edited` } },
  })
  await call(api, user, pinMessage, { body: { roomId: closed, seq } })
  await voice.timeout(ackMs).emitWithAck('room.typing', { roomId: listed })
  await voice.timeout(ackMs).emitWithAck('room.read', { roomId: closed, seq })
  voice.disconnect()

  // What is heard of one's own comes after all that.
  const [ownRoom = ''] = foreign.things.room
  await sendText(api, foreign.user, ownRoom, { text: 'numbat last' })
  await expect.poll(() => heard.some((event) => event.includes('numbat last'))).toBe(true)
  ears.disconnect()
  expect(heard.filter((event) => marked.test(event))).toEqual([])
  const named = (field: string) =>
    heard.flatMap((event) => [...event.matchAll(new RegExp(`"${field}":"(\\d+)"`, 'g'))].map(([, id = '']) => id))
  expect(named('userId').filter((id) => things.user.includes(id))).toEqual([])
  expect(named('roomId').filter((id) => things.room.includes(id))).toEqual([])
})
