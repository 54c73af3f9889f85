import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startApi, type TestApi } from '../../../../test/harness.ts'
import { heldBytes } from '../../../../test/held-bytes.ts'
import { logOf, makeChannel, makeDoor, setPrice, type Door } from '../../../../test/relay-calls.ts'

let api: TestApi
let door: Door
let client: OpenAI

beforeAll(async () => {
  api = await startApi()
  await makeChannel(api, { base_url: 'failures', priority: 1, models: ['status-503', 'gpt-4o-transcribe'] })
  await makeChannel(api, {
    models: ['gpt-4o-transcribe', 'gpt-image-1', 'heard', 'status-503'],
    model_mapping: { heard: 'whisper-of-the-upstream', 'status-503': 'gpt-4o-transcribe' },
  })
  await setPrice(api, 'gpt-image-1', { per_image: 7 })
  door = await makeDoor(api)
  client = new OpenAI({ apiKey: door.key, baseURL: `${api.url}/v1`, maxRetries: 0 })
})
afterAll(() => api.close())

const megabyte = 1024 * 1024

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 8)

/** A form as bytes, so that a test may say anything in it. */
function post(path: string, body: string | Buffer, boundary = 'xyz'): Promise<Response> {
  return fetch(new URL(path, api.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${door.key}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: new Uint8Array(Buffer.from(body)),
  })
}

test.each([1_000, 3 * megabyte])(
  'a file of %i bytes arrives as it was sent, and the answer comes back',
  async (bytes) => {
    const content = randomBytes(bytes)
    const { data, response } = await client.audio.transcriptions
      .create({ file: await toFile(content, 'speech.wav'), model: 'gpt-4o-transcribe' })
      .withResponse()
    expect(data.text).toBe(`speech.wav: ${bytes} bytes, ${digestOf(content)}`)
    const row = await logOf(api, response.headers.get('x-request-id'))
    expect(row).toMatchObject({ status: 200, model: 'gpt-4o-transcribe', endpoint: 'transcriptions' })
    expect(row.input_tokens).toBeGreaterThan(0)
  },
)

test('text, subtitles and streams come back as such', async () => {
  const asked = { file: await toFile(Buffer.from('sound'), 'a.wav'), model: 'gpt-4o-transcribe' }
  expect(await client.audio.transcriptions.create({ ...asked, response_format: 'text' })).toMatch(/^a\.wav: 5 bytes/)
  expect(await client.audio.transcriptions.create({ ...asked, response_format: 'vtt' })).toMatch(/^WEBVTT/)
  const events = await client.audio.transcriptions.create({ ...asked, stream: true })
  const types: string[] = []
  for await (const event of events) types.push(event.type)
  expect(types.at(0)).toBe('transcript.text.delta')
  expect(types.at(-1)).toBe('transcript.text.done')
  expect((await client.audio.translations.create(asked)).text).toMatch(/^a\.wav: 5 bytes/)
})

test('pictures that are edited are billed by the piece', async () => {
  const image = await toFile(Buffer.from('png'), 'a.png', { type: 'image/png' })
  const { data, response } = await client.images
    .edit({ image, model: 'gpt-image-1', prompt: 'A cat', n: 3 })
    .withResponse()
  expect(data.data).toHaveLength(3)
  const row = await logOf(api, response.headers.get('x-request-id'))
  expect(row).toMatchObject({ cost_micros: 21, images: 3 })
})

test.each([10, 2 * megabyte])('a form of %i bytes goes to another channel when the first one fails', async (bytes) => {
  const content = randomBytes(bytes)
  const { data, response } = await client.audio.transcriptions
    .create({ file: await toFile(content, 'again.wav'), model: 'status-503' })
    .withResponse()
  expect(data.text).toBe(`again.wav: ${bytes} bytes, ${digestOf(content)}`)
  const requestId = response.headers.get('x-request-id')
  await logOf(api, requestId)
  const [attempts] = await api.sql.query('SELECT status FROM relay_attempts WHERE request_id = ?', [requestId])
  expect(attempts).toEqual(expect.arrayContaining([expect.objectContaining({ status: 503 })]))
})

test('a file that looks like a form fools nobody, and a mapped name is put in its place', async () => {
  const fake = '\r\n--xy\r\nContent-Disposition: form-data; name="model"\r\n\r\nexpensive\r\n--xy--\r\n'
  const body =
    `--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n${fake}\r\n` +
    `--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\nheard\r\n--xyz--\r\n`
  const response = await post('/v1/audio/transcriptions', body)
  const answer: unknown = await response.json()
  // The upstream calls what it was asked for a whisper, of which it tells the length.
  expect(answer).toMatchObject({
    text: `a.wav: ${fake.length} bytes, ${digestOf(Buffer.from(fake))}`,
    usage: { type: 'duration' },
  })
})

test('what is no form, or too large, is refused in the words of the API', async () => {
  const broken = await post('/v1/audio/transcriptions', '--xyz\r\nhello')
  expect(broken.status).toBe(400)
  expect(await broken.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_request' } })
  const json = await fetch(`${api.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${door.key}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(json.status).toBe(415)
  const long = Buffer.alloc(101 * megabyte)
  const tooLarge = await post('/v1/audio/transcriptions', long)
  expect(tooLarge.status).toBe(413)
  expect(await tooLarge.json()).toMatchObject({ error: { code: 'request_too_large' } })
})

/** Begins to upload, and hangs up. */
async function leaveUploading(bytes: number): Promise<void> {
  const request = httpRequest(`${api.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${door.key}`, 'content-type': 'multipart/form-data; boundary=xyz' },
  })
  request.on('error', () => undefined)
  const head = '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
  await new Promise<void>((resolve) => {
    request.write(head)
    request.write(Buffer.alloc(bytes), () => resolve())
  })
  request.destroy()
}

test('nothing of an upload stays on disk, be it answered or broken off', async () => {
  await leaveUploading(4 * megabyte)
  const content = randomBytes(2 * megabyte)
  await client.audio.transcriptions.create({ file: await toFile(content, 'a.wav'), model: 'gpt-4o-transcribe' })
  await vi.waitFor(async () => expect(await readdir(join(api.dataDir, 'incoming'))).toEqual([]))
})

/** Sends a form with a file of so many bytes that is made as it goes, and calls back after every other megabyte. */
async function streamUp(bytes: number, onSent = () => undefined): Promise<string> {
  const request = httpRequest(`${api.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${door.key}`, 'content-type': 'multipart/form-data; boundary=xyz' },
  })
  const chunk = Buffer.alloc(64 * 1024)
  request.write('--xyz\r\nContent-Disposition: form-data; name="file"; filename="long.wav"\r\n\r\n')
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!request.write(chunk)) await once(request, 'drain')
    if (sent % (2 * megabyte) === 0) onSent()
  }
  request.end('\r\n--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-4o-transcribe\r\n--xyz--\r\n')
  const [response]: IncomingMessage[] = await once(request, 'response')
  return response ? text(response) : ''
}

test('a large upload takes little memory', async () => {
  await streamUp(megabyte)
  const before = heldBytes()
  const samples: number[] = []
  const answer = await streamUp(30 * megabyte, () => void samples.push(heldBytes()))
  expect(answer).toContain(`${30 * megabyte} bytes`)
  expect(Math.max(...samples) - before).toBeLessThan(12 * megabyte)
})
