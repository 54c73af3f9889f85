import { connect } from 'node:net'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ask, makeDoor, saying, setPrice } from '../../../../test/relay-calls.ts'
import { expectBalanced, startRelay, type TestRelay } from '../../../../test/relay-wire.ts'

let relay: TestRelay

beforeAll(async () => {
  relay = await startRelay({ TRUSTED_PROXIES: '127.0.0.1', RATE_AUTH: '5', RATE_ADDRESS_FACTOR: '1' })
  await relay.channel({ models: ['gpt-test', 'slow-headers-1500', 'hang'] })
  await setPrice(relay.api, 'gpt-test')
  await setPrice(relay.api, 'slow-headers-1500')
})
afterAll(() => relay.close())

async function reserved(): Promise<number[]> {
  const [records] = await relay.api.sql.query<RowDataPacket[]>('SELECT amount_micros FROM relay_reservations')
  return records.map((record) => Number(record.amount_micros))
}

/** Sends a call and cuts the connection in the same moment. */
const sendAndVanish = (key: string, path: string, type: string, body: string) =>
  new Promise<void>((resolve) => {
    const { port, hostname } = new URL(relay.api.url)
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: relay',
      `authorization: Bearer ${key}`,
      `content-type: ${type}`,
      `content-length: ${body.length}`,
    ]
    const socket = connect(Number(port), hostname, () => {
      socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
    })
    socket.once('finish', () => {
      socket.destroySoon()
      resolve()
    })
    // What the server still says goes nowhere.
    socket.on('error', () => undefined)
  })

test('a call whose connection is gone at once leaves nothing set aside', async () => {
  const body = JSON.stringify({ model: 'gpt-test', messages: saying('hello'), stream: true })
  for (let turn = 0; turn < 10; turn += 1) {
    // A key that nobody used before is looked up, which takes longer than the connection lasts.
    const { key } = await makeDoor(relay.api)
    await sendAndVanish(key, '/v1/chat/completions', 'application/json', body)
  }
  await vi.waitFor(async () => expect(await reserved()).toEqual([]), 5_000)
  await expectBalanced(relay.api)
})

test('who is gone when the upload has arrived keeps no upstream waiting', async () => {
  const { key } = await makeDoor(relay.api)
  const part = (disposition: string, value: string) =>
    `--b\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`
  const form = `${part('name="model"', 'hang')}${part('name="file"; filename="a.mp3"', 'x'.repeat(3_000_000))}--b--\r\n`
  const logged = () => relay.api.sql.query<RowDataPacket[]>("SELECT status FROM relay_logs WHERE model = 'hang'")
  // Now and then the connection is gone before the upload has arrived, and there is no call.
  const isLogged = async () => {
    await sendAndVanish(key, '/v1/audio/transcriptions', 'multipart/form-data; boundary=b', form)
    await vi.waitFor(async () => expect((await logged())[0]).toMatchObject([{ status: 499 }]), 1_000)
  }
  await vi.waitFor(isLogged, 15_000)
  expect(await reserved()).toEqual([])
})

test('of several limits of the output the largest is set aside', async () => {
  const { key } = await makeDoor(relay.api)
  const body = { model: 'slow-headers-1500', messages: saying('hello'), max_completion_tokens: 1, max_tokens: 900 }
  const asking = ask(relay.api, key, '/v1/messages', body)
  await vi.waitFor(async () => expect(Math.max(...(await reserved()))).toBeGreaterThanOrEqual(900), 1_400)
  await (await asking).text()
})

test('who guesses keys is told to wait, in the envelope of the API', async () => {
  const guess = async (): Promise<Response> => {
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const response = await ask(relay.api, 'pk-guess', '/v1/chat/completions', {}, headers)
    return response.status === 401 ? guess() : response
  }
  const response = await guess()
  const { error }: { error: { code: string } } = JSON.parse(await response.text())
  expect(error.code).toBe('rate_limited')
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})
