import type { RowDataPacket } from 'mysql2/promise'
import { createHolder, makeRole } from '../../../../test/access.ts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { call, type TestUser } from '../../../../test/harness.ts'
import { ask, logOf, makeDoor, saying, setPrice, type Door } from '../../../../test/relay-calls.ts'
import { eventsIn, expectBalanced, readRaw, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'
import { createToken } from '@parley/protocol/relay'
import { getChannel } from '@parley/protocol/relay-channels'

let relay: TestRelay
let door: Door

beforeAll(async () => {
  relay = await startRelay()
  door = await makeDoor(relay.api)
})
afterAll(() => relay.close())

const chatPath = '/v1/chat/completions'
let made = 0

/** A model whose first channel fails as told and whose second answers as told. */
async function failingOver(first: string, second = 'answers') {
  made += 1
  const model = `model-${made}`
  await setPrice(relay.api, model)
  const channel = (upstreamModel: string, priority: number) =>
    relay.channel({ models: [model], model_mapping: { [model]: upstreamModel }, priority })
  return { model, first: await channel(first, 2), second: await channel(second, 1) }
}

const question = (model: string, stream = false) => ({ model, messages: saying(`hello ${model}`), stream })

interface AttemptRecord extends RowDataPacket {
  channel_id: number | string
  status: number | null
  error_code: string
}

const attemptsOf = async (requestId: string | null): Promise<AttemptRecord[]> => {
  const [rows] = await relay.api.sql.query<AttemptRecord[]>(
    'SELECT * FROM relay_attempts WHERE request_id = ? ORDER BY number',
    [requestId],
  )
  return rows
}

const resetSeen = () => fetch(`${relay.upstreamUrl}/seen/reset`, { method: 'POST' })

describe('the next channel answers, and the failure is in the log at no cost, where the first', () => {
  test.each([
    ['answers 500', 'status-500', false, 500, 'status_500'],
    ['answers 503', 'status-503', true, 503, 'status_503'],
    ['answers 408', 'status-408', false, 408, 'status_408'],
    ['is at its limit', 'status-429-retry-60', false, 429, 'status_429'],
    ['refuses its key', 'status-401', false, 401, 'status_401'],
    ['does not know the model', 'status-404', false, 404, 'status_404'],
    ['cuts the connection', 'reset', false, null, 'reset'],
    ['answers with a page', 'wrong-type', false, 502, 'unreadable'],
    ['answers nothing', 'empty', false, 502, 'unreadable'],
    ['streams an error first', 'error-event-after-0', true, 502, 'event'],
    ['streams nothing', 'die-after-0', true, null, 'reset'],
  ])('%s', async (_, failure, stream, status, code) => {
    const { model, first, second } = await failingOver(failure)
    const response = await ask(relay.api, door.key, chatPath, question(model, stream))
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain(stream ? '[DONE]' : 'You said: hello')
    const requestId = response.headers.get('x-request-id')
    const row = await logOf(relay.api, requestId)
    expect(row).toMatchObject({ status: 200, cost_micros: row.input_tokens + row.output_tokens })
    expect(String(row.channel_id)).toBe(second)
    const attempts = await attemptsOf(requestId)
    expect(attempts).toMatchObject([{ error_code: code }])
    expect(attempts.map((each) => [String(each.channel_id), each.status])).toEqual([[first, status]])
  })
})

describe('no other channel is asked', () => {
  test.each([400, 413, 422, 451])('where the call itself is wrong (%i)', async (status) => {
    await resetSeen()
    const { model } = await failingOver(`status-${status}`)
    const response = await ask(relay.api, door.key, chatPath, question(model))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } })
    expect((await relay.seen()).requests.answers).toBeUndefined()
    const row = await logOf(relay.api, response.headers.get('x-request-id'))
    expect(row).toMatchObject({ status, cost_micros: 0 })
  })

  test.each(['die-after-3', 'no-finish', 'error-event-after-2'])('after the first content: %s', async (failure) => {
    await resetSeen()
    const { model } = await failingOver(failure)
    const wire = await readRaw(relay.api.url, chatPath, door.key, question(model, true))
    expect(wire.text()).not.toContain('[DONE]')
    expect(eventsIn(wire.text()).at(-1)).toHaveProperty('error')
    expect((await relay.seen()).requests.answers).toBeUndefined()
  })
})

describe('one channel alone', () => {
  test('is asked again after a pause, and the call has one bill', async () => {
    await relay.channel({ models: ['status-500-after-2'] })
    await setPrice(relay.api, 'status-500-after-2')
    const response = await ask(relay.api, door.key, chatPath, question('status-500-after-2'))
    expect(response.status).toBe(200)
    const requestId = response.headers.get('x-request-id')
    expect(await logOf(relay.api, requestId)).toMatchObject({ status: 200 })
    expect(await attemptsOf(requestId)).toMatchObject([{ status: 500 }, { status: 500 }])
    const [rows] = await relay.api.sql.query<RowDataPacket[]>('SELECT 1 FROM relay_logs WHERE request_id = ?', [
      requestId,
    ])
    expect(rows).toHaveLength(1)
  })

  test('that says when to come back is asked then, and not before', async () => {
    await relay.channel({ models: ['status-429-retry-ms-700-after-1'] })
    const startedAtMs = performance.now()
    const response = await ask(relay.api, door.key, chatPath, question('status-429-retry-ms-700-after-1'))
    expect(response.status).toBe(200)
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(690)
  })

  test('that asks for a long pause is not waited for: the client is told', async () => {
    await relay.channel({ models: ['status-429-retry-30'] })
    const response = await ask(relay.api, door.key, chatPath, question('status-429-retry-30'))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('30')
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('10000')
  })

  test('that keeps failing is banned, which is told, and calls are refused with 503 until it is over', async () => {
    const id = await relay.channel({ models: ['status-502'] })
    for (let asked = 0; asked < 3; asked += 1) await ask(relay.api, door.key, chatPath, question('status-502'))
    const { data } = await call(relay.api, relay.api.operator, getChannel, { params: { id }, query: {} })
    expect(data.health).toMatchObject({ state: 'banned', samples: expect.any(Number) })
    await resetSeen()
    const response = await ask(relay.api, door.key, chatPath, question('status-502'))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'no_channel' } })
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await relay.seen()).requests).toEqual({})
  })
})

describe('the channel is', () => {
  const channelsAsked = async (model: string, times: number, headers: object = {}, key = door.key) => {
    const requestIds: (string | null)[] = []
    for (let asked = 0; asked < times; asked += 1) {
      const response = await ask(relay.api, key, chatPath, question(model), headers)
      expect(response.status).toBe(200)
      requestIds.push(response.headers.get('x-request-id'))
    }
    const rows = await Promise.all(requestIds.map((requestId) => logOf(relay.api, requestId)))
    return new Set(rows.map((row) => String(row.channel_id)))
  }

  async function twins(limits: { rpm?: number; concurrency?: number } = {}) {
    made += 1
    const model = `twins-${made}`
    const ids = [
      await relay.channel({ models: [model], priority: 1, ...limits }),
      await relay.channel({ models: [model] }),
    ]
    return { model, ids }
  }

  test('the one of the highest priority', async () => {
    const { model, ids } = await twins()
    expect(await channelsAsked(model, 6)).toEqual(new Set([ids[0]]))
  })

  test('another one when its own limit is reached', async () => {
    const { model, ids } = await twins({ rpm: 2 })
    expect(await channelsAsked(model, 4)).toEqual(new Set(ids))
  })

  test('another one while as many calls as it takes are under way', async () => {
    made += 1
    const model = `narrow-${made}`
    const wide = { [model]: 'slow-headers-300' }
    const first = await relay.channel({ models: [model], priority: 1, concurrency: 1, model_mapping: wide })
    const second = await relay.channel({ models: [model], model_mapping: wide })
    const answers = await Promise.all([1, 2, 3].map(() => ask(relay.api, door.key, chatPath, question(model))))
    const rows = await Promise.all(answers.map((answer) => logOf(relay.api, answer.headers.get('x-request-id'))))
    expect(rows.map((row) => String(row.channel_id)).toSorted()).toEqual([first, second, second].toSorted())
  })

  test('the same for one conversation, and all of them for many', async () => {
    made += 1
    const model = `sticky-${made}`
    const ids = [await relay.channel({ models: [model] }), await relay.channel({ models: [model] })]
    for (const conversation of ['one', 'two', 'three'])
      expect((await channelsAsked(model, 6, { 'x-parley-conversation': conversation })).size).toBe(1)
    const many = await Promise.all(
      Array.from({ length: 24 }, (_, index) => channelsAsked(model, 1, { 'x-parley-conversation': `talk ${index}` })),
    )
    expect(new Set(many.flatMap((each) => [...each]))).toEqual(new Set(ids))
  })

  test('the one an administrator names, and no other, also where it fails', async () => {
    const { model, ids } = await twins()
    expect(await channelsAsked(model, 4, { 'x-parley-channel': ids[1] })).toEqual(new Set([ids[1]]))
    const failing = await failingOver('status-404')
    const response = await ask(relay.api, door.key, chatPath, question(failing.model), {
      'x-parley-channel': failing.first,
    })
    expect(response.status).toBe(404)
    const unknown = await ask(relay.api, door.key, chatPath, question(model), { 'x-parley-channel': '999999' })
    expect(unknown.status).toBe(503)
    expect(await unknown.json()).toMatchObject({ error: { code: 'no_channel' } })
  })

  test('not to be named by anybody else', async () => {
    const { model, ids } = await twins()
    const member: TestUser = await createHolder(relay.api, await makeRole(relay.api, ['relay:write'], 'member'))
    const group = await makeDoor(relay.api, { group: { self_service: true } })
    const { data } = await call(relay.api, member, createToken, {
      params: { group: group.group },
      query: {},
      body: { name: 'mine' },
    })
    const key = data.key ?? ''
    expect((await channelsAsked(model, 1, {}, key)).size).toBe(1)
    const response = await ask(relay.api, key, chatPath, question(model), { 'x-parley-channel': ids[1] })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'channel_not_allowed' } })
  })
})

test('every call is billed once, and nothing stays set aside', async () => {
  await vi.waitFor(async () => expect((await relay.seen()).open).toBe(0))
  expect((await expectBalanced(relay.api)).used).toBeGreaterThan(0)
})
