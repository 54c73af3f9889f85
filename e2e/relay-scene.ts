import { createParleyClient } from '@parley/client/client'
import type { Rest } from '@parley/client/rest'
import type { RequestOf } from '@parley/protocol/contract'
import { createGroup, createToken, type RelayToken } from '@parley/protocol/relay'
import { createChannel } from '@parley/protocol/relay-channels'
import { setModelConfig } from '@parley/protocol/relay-models'
import { createGuardrail } from '@parley/protocol/relay-settings'

const unit = 1_000_000

/** A relay that was used: channels that work and fail, tokens near their budgets, and calls of every outcome. */
export async function fillRelay(origin: string, login: { login: string; password: string }): Promise<void> {
  const { rest, session, stop } = createParleyClient({ origin })
  await session.signIn(login)
  await addChannels(rest)
  const tokens = await addTokens(rest)
  const [busy, failing] = tokens
  for (let call = 0; call < 12; call += 1) {
    const model = call % 3 === 0 ? 'test-large' : 'test-small'
    await ask(origin, busy, { model, content: `What is ${call} and ${call}?`, stream: call % 2 === 0 })
  }
  await ask(origin, failing, { model: 'status-500', content: 'Fail, please' })
  await ask(origin, failing, { model: 'die-after-3', content: 'Break off, please', stream: true })
  await ask(origin, failing, { model: 'no-such-model', content: 'Who are you?' })
  stop()
}

async function addChannels(rest: Rest): Promise<void> {
  await rest.call(createChannel, {
    body: { name: 'Test', type: 'test', base_url: 'answers', models: ['test-small', 'test-large'], priority: 10 },
  })
  await rest.call(createChannel, {
    body: { name: 'Broken', type: 'test', base_url: 'failures', models: ['status-500', 'die-after-3'], weight: 3 },
  })
  await rest.call(createChannel, {
    body: {
      name: 'A provider whose name takes all the room there is for names',
      type: 'test',
      status: 'disabled',
      models: ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small', 'gpt-4.1'],
    },
  })
  const small = { input: 0.5 * unit, output: 2 * unit, cached: 0.05 * unit }
  await rest.call(setModelConfig, { params: { model: 'test-small' }, body: { price: small } })
  const tiers = [{ input_tokens_from: 200_000, input: 10 * unit, output: 40 * unit }]
  await rest.call(setModelConfig, {
    params: { model: 'test-large' },
    body: { price: { input: 5 * unit, output: 20 * unit, tiers }, output_tokens_max: 8_192 },
  })
  await rest.call(createGuardrail, {
    body: { name: '身份证号 and card numbers', kind: 'pattern', matches: [String.raw`\d{16,18}`], action: 'redact' },
  })
}

async function addTokens(rest: Rest): Promise<[RelayToken, RelayToken]> {
  await rest.call(createGroup, { body: { id: 'research', self_service: true, quota: { month: 200 * unit } } })
  await rest.call(createGroup, { body: { id: 'crawler.nightly', rpm: 600, concurrency: 20, models: ['test-*'] } })
  const make = async (group: string, body: RequestOf<typeof createToken>['body']) => {
    const { data } = await rest.call(createToken, { params: { group }, query: {}, body })
    return data
  }
  const busy = await make('research', { name: 'Notebooks of the whole team', quota: { day: 5 * unit }, rpm: 60 })
  const failing = await make('research', { name: '夜间任务', quota: 0.001 * unit })
  await make('crawler.nightly', { name: 'crawler', models: ['test-small'] })
  return [busy, failing]
}

interface Question {
  model: string
  content: string
  stream?: boolean
}

/** Makes a call as a program does, whatever comes of it. */
async function ask(origin: string, { key = '' }: RelayToken, { model, content, stream = false }: Question) {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  })
  await response.text().catch(() => '')
}
