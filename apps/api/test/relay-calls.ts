import type { RequestOf } from '@parley/protocol/contract'
import { createGroup, createToken } from '@parley/protocol/relay'
import { createChannel } from '@parley/protocol/relay-channels'
import { setModelConfig } from '@parley/protocol/relay-models'
import type { RowDataPacket } from 'mysql2/promise'
import { vi } from 'vitest'
import { call, type TestApi } from './harness.ts'

let made = 0

type GroupWanted = Omit<RequestOf<typeof createGroup>['body'], 'id'>
type TokenWanted = Omit<RequestOf<typeof createToken>['body'], 'name'>
type ChannelWanted = Partial<RequestOf<typeof createChannel>['body']>

interface DoorWanted {
  group?: GroupWanted
  token?: TokenWanted
}

/** A key to call with, and what it belongs to. */
export interface Door {
  key: string
  tokenId: string
  group: string
}

/** A token of a group of its own. */
export async function makeDoor(api: TestApi, { group = {}, token = {} }: DoorWanted = {}): Promise<Door> {
  made += 1
  const id = `door-${made}`
  await call(api, api.operator, createGroup, { body: { id, ...group } })
  const { data } = await call(api, api.operator, createToken, {
    params: { group: id },
    query: {},
    body: { name: 'token', ...token },
  })
  if (data.key === undefined) throw new Error('a new token without a key')
  return { key: data.key, tokenId: data.id, group: id }
}

/** A channel to the built-in upstream that answers, or with `base_url: 'failures'` to the one that fails as models tell it. */
export async function makeChannel(api: TestApi, wanted: ChannelWanted = {}): Promise<string> {
  made += 1
  const body = { name: `channel-${made}`, type: 'test' as const, base_url: '', models: ['*'], ...wanted }
  const { data } = await call(api, api.operator, createChannel, { body })
  return data.id
}

/** Lets a model cost one micro-unit for each token, or what is said. */
export async function setPrice(api: TestApi, model: string, price: object = { input: 1_000_000, output: 1_000_000 }) {
  await call(api, api.operator, setModelConfig, { params: { model }, body: { price } })
}

/** Calls an endpoint of the relay. */
export const ask = (api: Pick<TestApi, 'url'>, key: string, path: string, body: object, headers: object = {}) =>
  fetch(new URL(path, api.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** What a user says, as the messages of a chat. */
export const saying = (text: string) => [{ role: 'user', content: text }]

export interface LogRecord extends RowDataPacket {
  request_id: string
  status: number
  model: string
  error_code: string | null
  input_tokens: number
  output_tokens: number
  cost_micros: number
  upstream_request_id: string | null
  is_cached: number
}

/** The row of the log of a call, once it is written. */
export const logOf = (api: TestApi, requestId: string | null): Promise<LogRecord> =>
  vi.waitFor(async () => {
    const [rows] = await api.sql.query<LogRecord[]>('SELECT * FROM relay_logs WHERE request_id = ?', [requestId])
    if (!rows[0]) throw new Error(`the call ${requestId} is not in the log`)
    return rows[0]
  }, 5_000)
