import { randomUUID } from 'node:crypto'
import { getHistory, searchMessages, syncRoom } from '@parley/protocol/messages'
import { getUser } from '@parley/protocol/people'
import { addMembers, listDirectory, removeMember } from '@parley/protocol/rooms'
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPrivateDatabase, type PrivateDatabase } from '../../../scripts/database.ts'
import { call, connect, createUser, startApi, type TestApi, type TestUser } from './harness.ts'
import { startNodes, type TestNodes } from './nodes.ts'
import { createGroup, sendText } from './rooms.ts'

let primary: PrivateDatabase
let replica: PrivateDatabase
/** Orders to the replica as its administrator gives them. */
let control: Connection
let api: TestApi
let ann: TestUser
let bob: TestUser
let roomId: string

/** Without the schema, which is that of the primary. */
function serverUrl(): string {
  const url = new URL(replica.url)
  url.pathname = ''
  return url.href
}

const usualDatabase = process.env.DATABASE_URL

beforeAll(async () => {
  primary = await startPrivateDatabase({ durable: false, isFollowed: true })
  replica = await startPrivateDatabase({ durable: false, follows: primary.url })
  control = await createConnection(replica.url)
  process.env.DATABASE_URL = primary.url
  api = await startApi({ DATABASE_REPLICA_URLS: serverUrl() })
  ann = await createUser(api)
  bob = await createUser(api)
  const room = await createGroup(api, ann, { memberIds: [bob.id], name: 'Replicated', visibility: 'listed' })
  roomId = room.id
}, 120_000)
afterAll(async () => {
  await api.close()
  process.env.DATABASE_URL = usualDatabase
  await control.end()
  await replica.stop()
  await primary.stop()
})

interface StatusRecord extends RowDataPacket {
  Value: string
}

async function statementsOnReplica(): Promise<number> {
  const [rows] = await control.query<StatusRecord[]>("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")
  return Number(rows[0]?.Value)
}

const historyOf = async (user: TestUser): Promise<string[]> => {
  const { rows } = await call(api, user, getHistory, { query: { roomId, limit: 20 } })
  return rows.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []))
}

/** Which server answers somebody who opens the room. Nothing but the history is asked by prepared statements. */
async function serverOf(user: TestUser): Promise<'replica' | 'primary'> {
  const before = await statementsOnReplica()
  await historyOf(user)
  return (await statementsOnReplica()) > before ? 'replica' : 'primary'
}

const untilServedBy = (user: TestUser, server: 'replica' | 'primary') =>
  expect.poll(() => serverOf(user), { timeout: 12_000 }).toBe(server)

const holdBack = () => control.query('STOP SLAVE SQL_THREAD')
const letOn = () => control.query('START SLAVE SQL_THREAD')

test('reads go to a replica that has caught up', async () => {
  for (const user of [ann, bob]) await expect.poll(() => serverOf(user), { timeout: 12_000 }).toBe('replica')
})

describe('while the replica is held back', () => {
  test.each([
    ['by request', (text: string) => sendText(api, ann, roomId, { text })],
    [
      'by socket',
      async (text: string) => {
        const socket = await connect(api, ann)
        await socket.command('room.sendMessage', { roomId, clientId: randomUUID(), body: { kind: 'text', text } })
        socket.close()
      },
    ],
  ])('who wrote %s reads it from the primary, and from the replica again once it is there', async (way, write) => {
    await untilServedBy(ann, 'replica')
    await untilServedBy(bob, 'replica')
    await holdBack()
    await write(`written ${way}`)
    for (let time = 0; time < 5; time += 1) {
      expect(await historyOf(ann)).toContain(`written ${way}`)
      expect(await serverOf(ann)).toBe('primary')
    }
    expect(await serverOf(bob)).toBe('replica')
    expect(await historyOf(bob)).not.toContain(`written ${way}`)
    await letOn()
    await untilServedBy(ann, 'replica')
    expect(await historyOf(ann)).toContain(`written ${way}`)
    expect(await historyOf(bob)).toContain(`written ${way}`)
  })

  test('a window from it says where it stands, and what it lacks comes by a sync from the primary', async () => {
    await untilServedBy(bob, 'replica')
    await holdBack()
    await sendText(api, ann, roomId, { text: 'ahead' })
    const { head } = await call(api, bob, getHistory, { query: { roomId } })
    const page = await call(api, bob, syncRoom, { query: { roomId, change: head.change, epoch: head.epoch } })
    expect(page).toMatchObject({ rows: [{ body: { text: 'ahead' } }], more: false })
    await letOn()
  })

  test('a room it does not know yet is read from the primary', async () => {
    await untilServedBy(bob, 'replica')
    await holdBack()
    const { id } = await createGroup(api, ann, { name: 'New' })
    await call(api, ann, addMembers, { body: { roomId: id, userIds: [bob.id] } })
    expect((await call(api, bob, getHistory, { query: { roomId: id } })).rows).not.toEqual([])
    await letOn()
  })

  test('who was removed from a room finds nothing of it', async () => {
    const { id } = await createGroup(api, ann, { name: 'Closed', memberIds: [bob.id] })
    await sendText(api, ann, id, { text: 'zebra crossing' })
    const find = async () => (await call(api, bob, searchMessages, { query: { query: 'zebra' } })).items.length
    await untilServedBy(bob, 'replica')
    await expect.poll(find, { timeout: 5_000 }).toBe(1)
    await holdBack()
    await call(api, ann, removeMember, { fields: { roomId: id, userId: bob.id } })
    expect(await find()).toBe(0)
    await letOn()
  })

  test('it serves nobody once it is too far behind', async () => {
    await untilServedBy(bob, 'replica')
    await holdBack()
    await sendText(api, ann, roomId, { text: 'long ago' })
    await untilServedBy(bob, 'primary')
    expect(await historyOf(bob)).toContain('long ago')
    await letOn()
    await untilServedBy(bob, 'replica')
  })
})

test('when the replica dies nobody notices, and it serves again once it is back', async () => {
  await untilServedBy(bob, 'replica')
  await control.end()
  await replica.kill()
  for (const user of [ann, bob]) {
    expect(await historyOf(user)).not.toEqual([])
    expect((await call(api, user, listDirectory, { query: { query: 'Replicated' } })).items).toHaveLength(1)
    const found = await call(api, user, getUser, { query: { query: ann.username } })
    expect('items' in found && found.items.map(({ id }) => id)).toContain(ann.id)
  }
  await sendText(api, ann, roomId, { text: 'while it was away' })
  await replica.restart()
  control = await createConnection(replica.url)
  await untilServedBy(ann, 'replica')
  expect(await historyOf(ann)).toContain('while it was away')
})

describe('with a second node', () => {
  let nodes: TestNodes
  beforeAll(async () => {
    nodes = await startNodes({ DATABASE_REPLICA_URLS: serverUrl() })
  }, 120_000)
  afterAll(() => nodes.close())

  test('what somebody wrote by one they read by the other at once, whatever the replica holds', async () => {
    const writer = await createUser(nodes.a)
    const { id } = await createGroup(nodes.a, writer)
    const read = async (node: TestApi) => {
      const { rows } = await call(node, writer, getHistory, { query: { roomId: id, limit: 50 } })
      return rows.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []))
    }
    await sendText(nodes.a, writer, id, { text: 'before' })
    const isFromReplica = async () => {
      const before = await statementsOnReplica()
      await read(nodes.b)
      return (await statementsOnReplica()) > before
    }
    await expect.poll(isFromReplica, { timeout: 12_000 }).toBe(true)
    await holdBack()
    for (let time = 0; time < 10; time += 1) {
      await sendText(nodes.a, writer, id, { text: `text ${time}` })
      expect(await read(nodes.b)).toContain(`text ${time}`)
    }
    await letOn()
    await expect.poll(isFromReplica, { timeout: 12_000 }).toBe(true)
    expect(await read(nodes.b)).toContain('text 9')
  })
})
