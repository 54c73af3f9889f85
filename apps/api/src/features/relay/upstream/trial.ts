import { request, type Dispatcher } from 'undici'
import { isPattern } from '../model-patterns.ts'
import { upstreamModelOf, type Channel, type Channels } from '../routing/channels.ts'
import type { relayChannels } from '../tables.ts'
import { explainAnswer, explainError, type Answer, type ChannelTrial, type Finding } from './explain.ts'
import { approachTo, headersFor, urlOf, type Operation } from './providers.ts'

interface TrialDependencies {
  channels: Pick<Channels, 'open'>
  dispatcherOf: (channel: Channel) => Dispatcher
  log: { error(context: object, message: string): void }
}

/** Nobody waits longer at a button. */
const waitMaxMs = 30_000
const bodyBytesMax = 64 * 1024

const isEmbedding = (model: string): boolean => /embed/i.test(model)

/** A call as small as they come. Limits of the answer go by several names, so only those who insist on one get it. */
function bodyOf(operation: Operation, model: string): object {
  const messages = [{ role: 'user', content: 'Say OK' }]
  if (operation === 'embeddings') return { model, input: 'OK' }
  if (operation === 'messages') return { model, messages, max_tokens: 16 }
  if (operation === 'generate') return { contents: [{ role: 'user', parts: [{ text: 'Say OK' }] }] }
  return { model, messages }
}

async function ask(channel: Channel, operation: Operation, model: string, dispatcher: Dispatcher): Promise<Answer> {
  const { statusCode, body } = await request(urlOf(channel, { operation, model, isStream: false }), {
    dispatcher,
    method: 'POST',
    headers: { ...headersFor(channel, operation, {}), 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(operation, model)),
    signal: AbortSignal.timeout(waitMaxMs),
  })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > bodyBytesMax) break
  }
  return { status: statusCode, text: Buffer.concat(chunks).toString('utf8') }
}

const notAsked = (reason: ChannelTrial['reason'], message: string): ChannelTrial => ({
  ok: false,
  reason,
  message,
  durationMs: 0,
  model: '',
})

/** The model to try: the one that is wanted, or the channel's first that is no pattern. */
const modelToTry = (channel: Channel, wanted: string | undefined): string | undefined =>
  wanted ?? channel.models.find((model) => !isPattern(model))

async function trial(channel: Channel, asked: string, dispatcher: Dispatcher): Promise<ChannelTrial> {
  const model = upstreamModelOf(channel, asked)
  const approach =
    (isEmbedding(model) ? approachTo(channel.type, 'embeddings') : null) ?? approachTo(channel.type, 'chat')
  const operation = approach?.operation ?? 'chat'
  const startedAtMs = performance.now()
  let finding: Finding
  try {
    finding = explainAnswer(await ask(channel, operation, model, dispatcher), channel, operation, model)
  } catch (error) {
    finding = explainError(error, channel.baseUrl)
  }
  const durationMs = Math.round(performance.now() - startedAtMs)
  return { ok: finding.reason === 'ok', ...finding, durationMs, model }
}

/** Makes what tries a channel out with a tiny call and explains what came of it. */
export function createTrial({ channels, dispatcherOf, log }: TrialDependencies) {
  function open(row: typeof relayChannels.$inferSelect): Channel | null {
    try {
      return channels.open(row)
    } catch (error) {
      log.error({ err: error, channelId: row.id }, 'a channel cannot be opened')
      return null
    }
  }

  return async (row: typeof relayChannels.$inferSelect, wanted: string | undefined): Promise<ChannelTrial> => {
    const channel = open(row)
    if (!channel) return notAsked('key_unreadable', 'The stored key cannot be read any more. Enter it anew.')
    const model = modelToTry(channel, wanted)
    if (model === undefined)
      return notAsked('no_model', 'The channel has patterns of models only. Say which model to try.')
    return trial(channel, model, dispatcherOf(channel))
  }
}
