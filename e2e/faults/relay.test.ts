import { expect, test } from '@playwright/test'
import { createGroup, createToken, getGroup } from '@parley/protocol/relay'
import { createChannel } from '@parley/protocol/relay-channels'
import { setModelConfig } from '@parley/protocol/relay-models'
import { listGroupLogs, type RelayLog } from '@parley/protocol/relay-usage'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { registerPerson, type Person } from '../people.ts'

const group = 'writers'
const slow = 'slow-150'
const quick = 'test-small'
/** A process is taken for gone when it was not heard of for half a minute, which is looked at twice. */
const sweptWithinMs = 60_000

let stack: Stack
let admin: Person
let key: string

test.beforeEach(async () => {
  stack = await startStack({ LOG_LEVEL: 'fatal' })
  admin = await registerPerson(stack.origin, 'admin')
  const { rest } = admin.client
  await rest.call(createChannel, { body: { name: 'built in', type: 'test', base_url: '', models: [slow, quick] } })
  for (const model of [slow, quick]) {
    await rest.call(setModelConfig, { params: { model }, body: { price: { input: 1_000_000, output: 2_000_000 } } })
  }
  await rest.call(createGroup, { body: { id: group, quota: 1_000_000 } })
  const { data } = await rest.call(createToken, { params: { group }, query: {}, body: { name: 'first' } })
  key = data.key ?? ''
})

test.afterEach(async () => {
  admin?.client.stop()
  await stack?.stop()
})

interface Stream {
  /** Resolves when the first bytes are there. */
  begun: Promise<void>
  /** What came, whether or not it broke off. */
  text: Promise<string>
}

const ask = (model: string, text: string) =>
  fetch(`${stack.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, max_tokens: 200, messages: [{ role: 'user', content: text }] }),
  })

function stream(text: string): Stream {
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>()
  const read = async () => {
    const response = await ask(slow, text)
    const decoder = new TextDecoder()
    let got = ''
    for await (const chunk of response.body ?? []) {
      got += decoder.decode(chunk, { stream: true })
      resolve()
    }
    return got
  }
  const whole = read()
  whole.catch(reject)
  return { begun, text: whole.catch(() => '') }
}

const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(' ')

async function readLog(): Promise<RelayLog[]> {
  const query = { per_page: 100 }
  return (await admin.client.rest.call(listGroupLogs, { params: { group }, query })).data.logs
}

/** Waits until nothing is set aside any more; answers the log, whose sum must be what the balances say. */
async function settledLog(timeout: number): Promise<RelayLog[]> {
  const used = async () => (await admin.client.rest.call(getGroup, { params: { group }, query: {} })).data.used
  await expect.poll(async () => (await used()).reserved, { timeout, intervals: [500] }).toBe(0)
  const log = await readLog()
  const sum = log.reduce((total, { cost }) => total + cost, 0)
  expect(await used()).toEqual({ total: sum, day: sum, week: sum, month: sum, reserved: 0 })
  return log
}

test('kill -9 in the midst of streams: the log adds up to the balances, and every call is in it once', async () => {
  test.setTimeout(120_000)
  for (let asked = 0; asked < 5; asked += 1) await (await ask(quick, `hello ${asked}`)).text()
  const streams = Array.from({ length: 12 }, (_, index) => stream(`${index} ${words(60)}`))
  await Promise.all(streams.map(({ begun }) => begun))
  await stack.killApi()
  const texts = await Promise.all(streams.map(({ text }) => text))
  expect(texts.filter((text) => text.includes('[DONE]'))).toEqual([])
  await stack.restartApi()

  await (await ask(quick, 'hello again')).text()
  const log = await settledLog(sweptWithinMs)
  expect(log).toHaveLength(18)
  const lost = log.filter(({ error_code }) => error_code === 'lost')
  expect(lost).toHaveLength(12)
  // Their prompts had been sent.
  for (const { cost, input_tokens } of lost) expect(cost).toBe(input_tokens)
  expect(log.filter(({ status }) => status === 200)).toHaveLength(6)
})

test('a process that is asked to end, twice, breaks off long streams within 10 s and bills what was delivered', async () => {
  test.setTimeout(60_000)
  const streams = [stream(words(8)), ...Array.from({ length: 6 }, (_, index) => stream(`${index} ${words(90)}`))]
  await Promise.all(streams.map(({ begun }) => begun))
  const startedAtMs = performance.now()
  const [ended] = await Promise.all([stack.endApi(), stack.endApi()])
  expect(performance.now() - startedAtMs).toBeLessThan(10_000)
  expect(ended).toBe('code 0')
  const [brief = '', ...long] = await Promise.all(streams.map(({ text }) => text))
  expect(brief).toMatch(/data: \[DONE\]\n\n$/)
  for (const text of long) expect(text).toMatch(/data: \{"error":\{[^\n]*\}\n\n$/)
  await stack.restartApi()

  const log = await settledLog(5_000)
  expect(log.map(({ error_code }) => error_code ?? 'none').toSorted()).toEqual([
    'none',
    ...long.map(() => 'stream_broken'),
  ])
  for (const { status, cost, input_tokens, output_tokens } of log) {
    expect(status).toBe(200)
    expect(output_tokens).toBeGreaterThan(5)
    expect(cost).toBe(input_tokens + 2 * output_tokens)
  }
})

test('a database killed in the midst of streams: they come to their end, and are billed once it is back', async () => {
  const { database } = stack
  test.skip(!database, 'DATABASE_URL names a server that is not ours to kill')
  if (!database) return
  const streams = Array.from({ length: 8 }, (_, index) => stream(`${index} ${words(12)}`))
  await Promise.all(streams.map(({ begun }) => begun))
  await database.kill()
  const texts = await Promise.all(streams.map(({ text }) => text))
  expect(texts.filter((text) => text.endsWith('data: [DONE]\n\n'))).toHaveLength(8)
  const refused = await ask(quick, 'hello')
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } })
  await database.restart()

  const log = await settledLog(30_000)
  const answered = log.filter(({ status }) => status === 200)
  expect(answered).toHaveLength(8)
  for (const { cost, input_tokens, output_tokens } of answered) expect(cost).toBe(input_tokens + 2 * output_tokens)
})
