import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { Agent } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import type { Channel } from '../routing/channels.ts'
import type { ChannelType, relayChannels } from '../tables.ts'
import { parseHosts } from './addresses.ts'
import { createDispatcher } from './dispatcher.ts'
import type { TrialReason } from './explain.ts'
import { createTrial } from './trial.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => void server.close())
  const address = server.address()
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const serve = (listener: RequestListener) => listen(createServer(listener))

/** An upstream that answers everything alike. */
const answering = (status: number, body: string, type = 'application/json') =>
  serve((_, response) => void response.writeHead(status, { 'content-type': type }).end(body))

const row: typeof relayChannels.$inferSelect = {
  id: '7',
  workspaceId: '1',
  name: 'one',
  type: 'openai',
  baseUrl: '',
  keySealed: '',
  models: ['small'],
  modelMapping: {},
  priority: 0,
  weight: 1,
  status: 'enabled',
  timeouts: { connectMs: 1_000, headersMs: 5_000, firstTokenMs: 5_000, idleMs: 5_000 },
  rpm: null,
  tpm: null,
  concurrency: null,
  createdAt: new Date(0),
}

const key = 'the-key-of-the-provider'

interface TrialCase {
  type?: ChannelType
  url: string
  models?: string[]
  wanted?: string
  hosts?: string
  /** Instead of connecting. */
  failsWith?: Error
  modelMapping?: Record<string, string>
}

function attempt({
  type = 'openai',
  url,
  models = ['small'],
  wanted,
  hosts = '127.0.0.1',
  failsWith,
  modelMapping = {},
}: TrialCase) {
  const dispatcher = failsWith
    ? new Agent({ connect: (_, callback) => callback(failsWith, null) })
    : createDispatcher({ connectMs: 1_000, hosts: () => parseHosts(hosts) })
  closing.push(() => dispatcher.destroy())
  const { keySealed: _, status: __, createdAt: ___, ...others } = row
  const channel: Channel = { ...others, type, models, modelMapping, baseUrl: new URL(url), key, isEnabled: true }
  const tryOut = createTrial({
    channels: { open: () => channel },
    dispatcherOf: () => dispatcher,
    log: { error: () => undefined },
  })
  return tryOut(row, wanted)
}

const systemError = (code: string) => Object.assign(new Error(code), { code })

describe('a channel that works', () => {
  test.each<[ChannelType, string, string, string]>([
    ['openai', 'small', '{"choices":[]}', '/v1/chat/completions'],
    ['openai', 'text-embedding-3', '{"data":[]}', '/v1/embeddings'],
    ['anthropic', 'small', '{"content":[]}', '/v1/messages'],
    ['gemini', 'small', '{"candidates":[]}', '/v1beta/models/small:generateContent'],
    ['anthropic', 'embed-odd', '{"content":[]}', '/v1/messages'],
  ])('of type %s with the model %s is asked in its own way', async (type, model, body, path) => {
    const asked: string[] = []
    const host = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end(body)
    })
    const trial = await attempt({ type, url: `http://${host}`, models: [model] })
    expect(trial).toMatchObject({ ok: true, reason: 'ok', status: 200, model })
    expect(asked).toEqual([`POST ${path}`])
  })

  test('is asked for the model that is wanted, by the name it has there', async () => {
    const host = await answering(200, '{"choices":[]}')
    const trial = await attempt({ url: `http://${host}`, wanted: 'large', modelMapping: { large: 'large-2026' } })
    expect(trial).toMatchObject({ ok: true, model: 'large-2026' })
  })
})

describe('a channel that does not work is explained', () => {
  test.each<[TrialReason, number, string, ChannelType?]>([
    ['key_rejected', 401, '{"error":{"message":"Incorrect API key"}}'],
    ['key_rejected', 400, '{"error":{"message":"API key not valid. Please pass a valid API key."}}', 'gemini'],
    ['no_credit', 402, '{"error":{"message":"Insufficient Balance"}}'],
    ['no_permission', 403, '{"error":"forbidden"}'],
    ['model_unknown', 404, '{"error":{"message":"The model `small` does not exist"}}'],
    ['wrong_address', 404, '{"detail":"Not Found"}'],
    ['wrong_address', 404, '<html><title>404, see our models</title></html>'],
    ['wrong_address', 405, ''],
    ['wrong_address', 200, '<!doctype html><title>Welcome</title>'],
    ['limited', 429, '{"error":{"message":"quota"}}'],
    ['provider_failed', 500, ''],
    [
      'provider_failed',
      529,
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      'anthropic',
    ],
    ['request_refused', 400, '{"error":{"message":"This is not a chat model"}}'],
    ['redirected', 302, ''],
    ['not_json', 200, 'hello'],
    ['not_json', 200, ''],
    ['unexpected_answer', 200, '{"hello":1}'],
  ])('%s: %i %s', async (reason, status, body, type = 'openai') => {
    const host = await answering(status, body)
    const trial = await attempt({ type, url: `http://${host}` })
    expect(trial).toMatchObject({ ok: false, reason, status })
    expect(trial.message).toMatch(/^[A-Z].{20,}/)
  })

  test('in the words of the provider, without the key', async () => {
    const host = await answering(401, JSON.stringify({ error: { message: `Incorrect API key provided: ${key}.` } }))
    const { message } = await attempt({ url: `http://${host}` })
    expect(message).toContain('It says: Incorrect API key provided: …')
    expect(message).not.toContain(key)
  })

  test('no server', async () => {
    const host = await listen(createTcpServer())
    await closing.pop()?.()
    const trial = await attempt({ url: `http://${host}` })
    expect(trial.reason).toBe('connection_refused')
    expect(trial).not.toHaveProperty('status')
  })

  test('a server that hangs up', async () => {
    const host = await listen(createTcpServer((socket) => void socket.once('data', () => socket.destroy())))
    expect((await attempt({ url: `http://${host}` })).reason).toBe('connection_lost')
  })

  test('a server that speaks no TLS', async () => {
    const host = await answering(200, '{}')
    expect((await attempt({ url: `https://${host}` })).reason).toBe('tls')
  })

  test('an address that is not allowed', async () => {
    const { reason, message } = await attempt({ url: 'http://127.0.0.1:9', hosts: 'api.openai.com' })
    expect(reason).toBe('address_not_allowed')
    expect(message).toContain('RELAY_UPSTREAM_HOSTS')
  })

  test.each<[string, TrialReason]>([
    ['ENOTFOUND', 'name_unknown'],
    ['EAI_AGAIN', 'name_unknown'],
    ['EHOSTUNREACH', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ECONNRESET', 'connection_lost'],
  ])('%s is %s', async (code, reason) => {
    expect((await attempt({ url: 'http://127.0.0.1:9', failsWith: systemError(code) })).reason).toBe(reason)
  })

  test('no model to try', async () => {
    expect((await attempt({ url: 'http://127.0.0.1:9', models: ['gpt-*'] })).reason).toBe('no_model')
  })

  test('a key that cannot be decrypted', async () => {
    const tryOut = createTrial({
      channels: {
        open: () => {
          throw new Error('tampered with')
        },
      },
      dispatcherOf: () => new Agent(),
      log: { error: () => undefined },
    })
    expect((await tryOut(row, undefined)).reason).toBe('key_unreadable')
  })
})
