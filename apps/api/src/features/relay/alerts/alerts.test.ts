import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { Agent } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openBooks, type TestBooks } from '../../../../test/accounting.ts'
import { startMailServer, textOf, type TestMailServer } from '../../../../test/mail-server.ts'
import { insertChannel, insertGroup, insertToken, insertWorkspace } from '../../../../test/relay-rows.ts'
import { createEncryption } from '../../../platform/encryption.ts'
import { createEventBus, type EventBus } from '../../../platform/events.ts'
import { createMailer } from '../../../platform/mail.ts'
import { relayAlerts } from '../../../platform/metrics.ts'
import { webhookContext } from '../admin/settings.ts'
import type { RelayEvents } from '../events.ts'
import { createWishes } from '../settings.ts'
import { relaySettings } from '../tables.ts'
import { parseHosts } from '../upstream/addresses.ts'
import { createDispatcher } from '../upstream/dispatcher.ts'
import { createAlerts } from './alerts.ts'
import { signatureOf } from './webhook.ts'

interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

let books: TestBooks
let mails: TestMailServer
let server: Server
let origin: string
let received: Received[] = []
/** Statuses the webhook answers, one after the other; then 200. */
let statuses: number[] = []
const failures: unknown[] = []
const encryption = createEncryption(randomBytes(32).toString('hex'))
const listed = new Agent()
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  books = await openBooks()
  mails = await startMailServer()
  server = createServer((req, res) => {
    void text(req).then((body) => {
      received.push({ path: req.url ?? '', headers: req.headers, body })
      res.writeHead(statuses.shift() ?? 200, { location: `${origin}/elsewhere` }).end('ok')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  origin = `http://127.0.0.1:${address.port}`
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  received = []
  statuses = []
  failures.length = 0
})
afterAll(async () => {
  server.close()
  await listed.close()
  await mails.close()
  await books.close()
})

interface Wanted {
  alertWebhookUrl?: string
  secret?: string
  alertEmails?: string[]
}

/** A workspace with these wishes, and alerts that listen. */
async function listen({ alertWebhookUrl, secret, alertEmails = [] }: Wanted, dispatcher = listed) {
  const { db } = books.database
  const events: EventBus<RelayEvents> = createEventBus<RelayEvents>((error) => {
    throw error
  })
  const workspaceId = await insertWorkspace(db)
  const sealed = secret === undefined ? null : encryption.seal(secret, webhookContext(workspaceId))
  await db.insert(relaySettings).values({
    workspaceId,
    alertWebhookUrl: alertWebhookUrl ?? null,
    alertWebhookSecretSealed: sealed,
    alertEmails,
  })
  const log = { info: () => undefined, error: (context: object) => void failures.push(context) }
  const mailer = createMailer({ config: { SMTP_URL: mails.url, MAIL_FROM: 'Parley <parley@example.com>' }, log })
  const alerts = createAlerts({
    db,
    events,
    cluster: null,
    mailer,
    encryption,
    wishesOf: createWishes(db, events),
    dispatcher,
    log,
  })
  closers.push(alerts.close)
  const budget = (given: Partial<RelayEvents['relay.budget']> = {}) =>
    events.emit('relay.budget', {
      workspaceId,
      owner: `w${workspaceId}`,
      period: 'month',
      percent: 80,
      usedMicros: 8_400_000,
      quotaMicros: 10_000_000,
      ...given,
    })
  return { db, events, workspaceId, budget }
}

const arrived = (count: number) => vi.waitFor(() => expect(received).toHaveLength(count), 10_000)

async function countOf(kind: string, outcome: string): Promise<number> {
  const { values } = await relayAlerts.get()
  return values.find(({ labels }) => labels.kind === kind && labels.outcome === outcome)?.value ?? 0
}

describe('a webhook', () => {
  test('is told whose budget it is, and can prove who told it', async () => {
    const { db, workspaceId, budget } = await listen({
      alertWebhookUrl: `${origin}/hook?a=b`,
      secret: 'sixteen-or-longer',
    })
    const groupId = await insertGroup(db, workspaceId, 'editors')
    const tokenId = await insertToken(db, workspaceId, groupId, 'nightly')
    budget({ owner: `t${tokenId}`, period: 'day', percent: 100 })
    await arrived(1)
    const { path = '', headers = {}, body = '' } = received[0] ?? {}
    expect(path).toBe('/hook?a=b')
    expect(JSON.parse(body)).toMatchObject({
      type: 'relay.budget',
      workspaceId,
      owner: { kind: 'token', id: tokenId, name: 'editors/nightly' },
      period: 'day',
      percent: 100,
      usedMicros: 8_400_000,
      quotaMicros: 10_000_000,
      renewsAt: expect.stringMatching(/T00:00:00.000Z$/),
    })
    const signature = String(headers['x-parley-signature'])
    const seconds = Number(/^t=(\d+),/.exec(signature)?.[1])
    expect(Math.abs(seconds - Date.now() / 1_000)).toBeLessThan(60)
    expect(signature).toBe(signatureOf('sixteen-or-longer', body, seconds))
  })

  test('without a secret is not signed', async () => {
    const { budget } = await listen({ alertWebhookUrl: origin })
    budget({ period: 'total' })
    await arrived(1)
    expect(received[0]?.headers['x-parley-signature']).toBeUndefined()
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ owner: { kind: 'workspace' }, renewsAt: null })
  })

  test('that fails is tried three times with the same message, then the failure is logged and counted', async () => {
    const before = await countOf('budget', 'failed')
    const { budget } = await listen({ alertWebhookUrl: origin })
    statuses = [500, 500, 500]
    budget()
    await arrived(3)
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    expect(await countOf('budget', 'failed')).toBe(before + 1)
  })

  test('is not followed elsewhere', async () => {
    const { budget } = await listen({ alertWebhookUrl: origin })
    statuses = [302]
    budget()
    await arrived(2)
    expect(received.map(({ path }) => path)).toEqual(['/', '/'])
  })

  test('in the private network is not called', async () => {
    const guarded = createDispatcher({ connectMs: 1_000, hosts: () => parseHosts('*') })
    const { budget } = await listen({ alertWebhookUrl: origin }, guarded)
    budget()
    await vi.waitFor(() => expect(failures).toHaveLength(1), 10_000)
    expect(received).toEqual([])
    await guarded.close()
  })

  test('hears of a failing channel once in five minutes', async () => {
    const { db, events, workspaceId } = await listen({ alertWebhookUrl: origin })
    const [one, other] = [await insertChannel(db, workspaceId, 'one'), await insertChannel(db, workspaceId, 'other')]
    const untilMs = Date.UTC(2030, 0, 1)
    for (const channelId of [one, one, other, one]) events.emit('relay.banned', { workspaceId, channelId, untilMs })
    await arrived(2)
    const told = received.map(({ body }): unknown => JSON.parse(body))
    for (const [channelId, name] of [
      [one, 'one'],
      [other, 'other'],
    ]) {
      expect(told).toContainEqual(
        expect.objectContaining({
          type: 'relay.banned',
          channel: { id: channelId, name },
          until: '2030-01-01T00:00:00.000Z',
        }),
      )
    }
  })
})

describe('a mail', () => {
  test('says whose budget it is, how much of how much is used and when it renews', async () => {
    const { db, workspaceId, budget } = await listen({ alertEmails: ['ops@example.com', 'lin@example.com'] })
    budget({ owner: `g${await insertGroup(db, workspaceId, 'editors')}`, usedMicros: 8_400_001 })
    const got = [await mails.next(), await mails.next()]
    expect(got.flatMap(({ to }) => to).toSorted()).toEqual(['lin@example.com', 'ops@example.com'])
    const [mail] = got
    if (!mail) throw new Error('no mail')
    expect(mail.raw).toContain('80 % of the budget of group editors is used')
    expect(textOf(mail).replaceAll('\r\n', '\n')).toMatch(
      /^The monthly budget of group editors for model APIs: 8\.400001 of 10\.00 is used\.\n\nCalls are still answered\.\n\nIt begins anew at \d{4}-\d\d-01 00:00 UTC\.\n/,
    )
  })
})

test('a workspace that named nobody costs nothing and fails nothing', async () => {
  const { budget, workspaceId, events } = await listen({})
  budget()
  events.emit('relay.banned', { workspaceId, channelId: '1', untilMs: Date.now() })
  for (const close of closers.splice(0)) await close()
  expect([received, failures]).toEqual([[], []])
})
