import { randomBytes } from 'node:crypto'
import type { ResultSetHeader } from 'mysql2/promise'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBooks, type TestBooks } from '../../../../test/accounting.ts'
import { createEncryption } from '../../../platform/encryption.ts'
import { createEventBus } from '../../../platform/events.ts'
import { workspaces } from '../../workspaces/tables.ts'
import type { RelayEvents } from '../events.ts'
import { relayChannels } from '../tables.ts'
import { createChannels, keyContext, upstreamModelOf, type Channel } from './channels.ts'

const encryption = createEncryption(randomBytes(32).toString('hex'))
let books: TestBooks
let workspaceId: string
let made = 0
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())
beforeEach(async () => {
  made += 1
  workspaceId = await makeWorkspace(`channels-${made}`)
})

async function makeWorkspace(slug: string): Promise<string> {
  const [{ insertId }]: [ResultSetHeader, unknown] = await books.database.db
    .insert(workspaces)
    .values({ name: slug, slug, createdAt: new Date() })
  return String(insertId)
}

async function makeChannel(name: string, wanted: Partial<typeof relayChannels.$inferInsert> = {}): Promise<string> {
  const { db } = books.database
  const [{ insertId }]: [ResultSetHeader, unknown] = await db.insert(relayChannels).values({
    workspaceId,
    name,
    type: 'openai',
    baseUrl: 'https://a.example/v1',
    keySealed: '',
    models: ['small'],
    modelMapping: {},
    timeouts: { connectMs: 1, headersMs: 2, firstTokenMs: 3, idleMs: 4 },
    createdAt: new Date(),
    ...wanted,
  })
  const id = String(insertId)
  const keySealed = encryption.seal(`key of ${name}`, keyContext(wanted.keySealed === undefined ? id : 'another'))
  await db.update(relayChannels).set({ keySealed }).where(eq(relayChannels.id, id))
  return id
}

function open() {
  const events = createEventBus<RelayEvents>((error) => {
    throw error
  })
  const errors: object[] = []
  const channels = createChannels({
    db: books.database.db,
    events,
    encryption,
    testUpstream: () => 'http://127.0.0.1:4711',
    log: { error: (context) => void errors.push(context) },
  })
  const namesFor = async (model: string) => (await channels.candidatesFor(workspaceId, model)).map(({ name }) => name)
  return { channels, events, errors, namesFor }
}

test('the channels of a model are those that list it, by name or by pattern, and are in use', async () => {
  await makeChannel('exact')
  await makeChannel('wild', { models: ['sm*', 'large'] })
  await makeChannel('all', { models: ['*'] })
  await makeChannel('other', { models: ['large'] })
  await makeChannel('off', { status: 'disabled' })
  const { namesFor, channels } = open()
  expect(await namesFor('small')).toEqual(['exact', 'wild', 'all'])
  expect(await namesFor('large')).toEqual(['wild', 'all', 'other'])
  expect(await namesFor('unknown')).toEqual(['all'])
  expect(await channels.modelsOf(workspaceId)).toEqual(['large', 'small'])
})

test('a workspace has its own channels only', async () => {
  const id = await makeChannel('one')
  const { channels } = open()
  const other = await makeWorkspace(`other-${made}`)
  expect(await channels.candidatesFor(other, 'small')).toEqual([])
  expect(await channels.channelById(other, id)).toBeNull()
  expect(await channels.channelById(workspaceId, id)).toMatchObject({ id, key: 'key of one', isEnabled: true })
})

test('what is known is answered without waiting', async () => {
  await makeChannel('one')
  const { channels } = open()
  expect(channels.candidatesFor(workspaceId, 'small')).toBeInstanceOf(Promise)
  expect(channels.candidatesFor(workspaceId, 'small')).toBeInstanceOf(Promise)
  await channels.modelsOf(workspaceId)
  expect(channels.candidatesFor(workspaceId, 'small')).toMatchObject([{ name: 'one' }])
})

test('a change is seen at once, also one that comes while the channels are being read', async () => {
  await makeChannel('one')
  const { channels, events, namesFor } = open()
  expect(await namesFor('small')).toEqual(['one'])
  await makeChannel('two')
  events.emit('relay.changed', { workspaceId, kind: 'tokens' })
  expect(await namesFor('small')).toEqual(['one'])
  events.emit('relay.changed', { workspaceId, kind: 'channels' })
  const reading = channels.candidatesFor(workspaceId, 'small')
  events.emit('relay.changed', { workspaceId, kind: 'channels' })
  await reading
  expect(channels.candidatesFor(workspaceId, 'small')).toBeInstanceOf(Promise)
  expect(await namesFor('small')).toEqual(['one', 'two'])
})

test('a channel whose key does not open is left out, and the others go on', async () => {
  await makeChannel('good')
  const id = await makeChannel('copied', { keySealed: 'from elsewhere' })
  const { namesFor, errors } = open()
  expect(await namesFor('small')).toEqual(['good'])
  expect(errors).toEqual([{ err: expect.any(Error), channelId: id }])
})

test('a channel without an address is at its provider; a test channel at the built-in upstream', async () => {
  const wanted: [string, Partial<typeof relayChannels.$inferInsert>, string][] = [
    ['own', { baseUrl: 'https://a.example/v1' }, 'https://a.example/v1'],
    ['openai', { baseUrl: '' }, 'https://api.openai.com/v1'],
    ['anthropic', { baseUrl: '', type: 'anthropic' }, 'https://api.anthropic.com/'],
    ['gemini', { baseUrl: '', type: 'gemini' }, 'https://generativelanguage.googleapis.com/'],
    ['answers', { baseUrl: '', type: 'test' }, 'http://127.0.0.1:4711/answers/v1'],
    ['failures', { baseUrl: 'failures', type: 'test' }, 'http://127.0.0.1:4711/failures/v1'],
  ]
  for (const [name, values] of wanted) await makeChannel(name, values)
  const { channels } = open()
  const found = await channels.candidatesFor(workspaceId, 'small')
  expect(found.map(({ name, baseUrl }) => [name, baseUrl.href])).toEqual(wanted.map(([name, , url]) => [name, url]))
})

test('models that clients make up are not remembered for ever', async () => {
  await makeChannel('all', { models: ['*'] })
  const { channels } = open()
  await channels.modelsOf(workspaceId)
  for (let number = 0; number < 2_500; number += 1) {
    expect(channels.candidatesFor(workspaceId, `made-up-${number}`)).toHaveLength(1)
  }
})

test('a model is called what the channel calls it, and nothing that every object has', () => {
  const [modelMapping, models] = [{ small: 'small-2026' }, ['small']]
  const channel: Pick<Channel, 'modelMapping' | 'models'> = { modelMapping, models }
  expect(upstreamModelOf(channel, 'small')).toBe('small-2026')
  expect(upstreamModelOf(channel, 'large')).toBe('large')
  expect(upstreamModelOf(channel, 'constructor')).toBe('constructor')
})
