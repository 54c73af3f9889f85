import { randomBytes } from 'node:crypto'
import type { ResultSetHeader } from 'mysql2/promise'
import { createTokenKeys } from '../../../apps/api/src/features/relay/keys.ts'
import { createEncryption } from '../../../apps/api/src/platform/encryption.ts'
import type { Question } from '../http-load.ts'
import { startProduct, startReference, type Product, type Target } from '../target.ts'

/** What can be asked. A stream is of 64 pieces. */
export const asks = {
  whole: { model: 'test-small', stream: false },
  /** All pieces arrive in one write of the upstream's. */
  burst: { model: 'test-small', stream: true },
  /** Each piece arrives in a write of its own. */
  stream: { model: 'slow-0', stream: true },
  /** It takes ten seconds. */
  slowStream: { model: 'slow-150', stream: true },
}
export type Ask = (typeof asks)[keyof typeof asks]

const models = [...new Set(Object.values(asks).map(({ model }) => model))]

/** With “You said:” before them, 64 tokens. */
const words = Array.from({ length: 61 }, (_, index) => `word${index}`).join(' ')

/** Limits that are checked on every call and never reached. */
const rates = { rpm: 1_000_000_000, tpm: 1_000_000_000_000, concurrency: 100_000 }
const quotaMicros = 1_000_000_000_000_000

/** What is asked the same questions. */
export interface RelayTargets {
  product: Product
  straight: Target
  pipe: Target
  portkey: Target
  /** The question for a target, with what it needs to be let in. */
  question(target: Target, ask: Ask): Question
  stop(): Promise<void>
}

/** Puts a group, a token, a channel and prices into the database; answers the token's key. */
async function insertRelay({ sql }: Product, secret: string, upstream: string): Promise<string> {
  const now = new Date()
  const insert = async (table: string, row: Record<string, unknown>): Promise<number> => {
    const [result] = await sql.query<ResultSetHeader>('INSERT INTO ?? SET ?', [table, row])
    return result.insertId
  }
  const own = { workspace_id: 1, name: 'bench', created_at: now, ...rates }
  const groupId = await insert('relay_groups', { ...own, models: 'null' })
  const { key, hash, shown } = createTokenKeys(secret).create()
  const tokenId = await insert('relay_tokens', {
    ...own,
    group_id: groupId,
    key_hash: hash,
    key_shown: shown,
    models: JSON.stringify(models),
    subnets: JSON.stringify(['127.0.0.0/8', '::1/128']),
    options: '{}',
  })
  const channelId = await insert('relay_channels', {
    ...own,
    type: 'openai',
    base_url: `${upstream}/v1`,
    key_sealed: '',
    models: JSON.stringify(models),
    model_mapping: '{}',
    timeouts: JSON.stringify({ connectMs: 5_000, headersMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000 }),
  })
  const sealed = createEncryption(secret).seal('bench', `relay channel ${channelId}`)
  await sql.query('UPDATE relay_channels SET key_sealed = ? WHERE id = ?', [sealed, channelId])
  for (const model of models) {
    const price = JSON.stringify({ input: 150_000, output: 600_000, cached: 75_000, perRequest: 1 })
    await insert('relay_prices', { workspace_id: 1, model, valid_from: now, created_at: now, price })
  }
  for (const owner of [`t${tokenId}`, `g${groupId}`, 'w1']) {
    const quotas = { quota_day_micros: quotaMicros, quota_week_micros: quotaMicros, quota_month_micros: quotaMicros }
    await insert('relay_balances', { owner, quota_micros: quotaMicros, ...quotas })
  }
  return key
}

/** Starts the test upstream and, before it, the product, a bare pipe and Portkey's gateway. */
export async function startRelayTargets(): Promise<RelayTargets> {
  const secret = randomBytes(32).toString('hex')
  const straight = await startReference('relay-upstream.ts')
  const product = await startProduct(1, {
    ENCRYPTION_KEY: secret,
    RELAY_UPSTREAM_HOSTS: new URL(straight.origin).hostname,
  })
  const key = await insertRelay(product, secret, straight.origin)
  const pipe = await startReference('pipe.ts', { UPSTREAM_ORIGIN: straight.origin })
  const portkey = await startReference('portkey.ts', { NODE_ENV: 'production' })
  const portkeyHeaders = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${straight.origin}/v1` }

  return {
    product,
    straight,
    pipe,
    portkey,
    question(target, ask) {
      const messages = [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content: words },
      ]
      return {
        url: `${target.origin}/v1/chat/completions`,
        headers: { authorization: `Bearer ${key}`, ...(target === portkey && portkeyHeaders) },
        body: JSON.stringify({ ...ask, max_tokens: 256, messages }),
        endsWith: ask.stream ? 'data: [DONE]' : '}',
      }
    },
    async stop() {
      await Promise.all([portkey.stop(), pipe.stop(), product.stop()])
      await straight.stop()
    },
  }
}
