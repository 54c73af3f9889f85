import type { Call } from './call.ts'
import { isJson, numberOf, objectOf, objectsOf, type Json } from './json.ts'
import { streamEnd } from './openai-chat.ts'
import { bytesReply, dataEvent, type Reply } from './reply.ts'

interface Oddity {
  /** Where usage stands: with the finish reason, in all chunks, in the choice, in Groq's own field, in a chunk of its own. */
  place: 'finish' | 'all' | 'choice' | 'x_groq' | 'own' | 'own with a choice' | 'nowhere'
  shape: (usage: Json) => Json | null
}

const asItIs = (usage: Json) => usage

/** Ways in which providers that speak like OpenAI tell what a chat used. */
const oddities: Record<number, Oddity> = {
  1: { place: 'finish', shape: asItIs },
  2: { place: 'all', shape: asItIs },
  3: {
    place: 'own',
    shape: (usage) => ({ input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens }),
  },
  4: { place: 'choice', shape: asItIs },
  5: { place: 'all', shape: () => null },
  6: { place: 'nowhere', shape: asItIs },
  7: { place: 'own', shape: ({ prompt_tokens }) => ({ prompt_tokens }) },
  8: { place: 'finish', shape: deepSeek },
  9: { place: 'x_groq', shape: asItIs },
  10: { place: 'own with a choice', shape: asItIs },
}

/** A chat completion with its usage told oddly; every other answer is as it should be. */
export function oddUsage(call: Call, number: number, answered: (call: Call) => Reply): Reply {
  const oddity = oddities[number]
  if (!oddity || call.path !== '/v1/chat/completions') return answered(call)
  const { stream, ...reply } = answered({ ...call, body: { ...call.body, stream_options: { include_usage: true } } })
  const told = [...reply.parts].map(dataOf).filter(isJson)
  const usage = objectOf(told.findLast((each) => isJson(each.usage))?.usage)
  const chunks = told.filter((each) => !stream || objectsOf(each.choices).length > 0).map(withoutUsage)
  const placed = place(chunks, usage, oddity)
  if (stream) return { ...reply, stream, parts: [...placed.map(dataEvent), streamEnd] }
  return bytesReply(reply.status, reply.headers, Buffer.from(JSON.stringify(Object.assign({}, ...placed))))
}

function place(chunks: Json[], usage: Json, oddity: Oddity): Json[] {
  const before = chunks.slice(0, -1)
  const last = chunks.at(-1) ?? {}
  const shaped = oddity.shape(usage)
  const [choice] = objectsOf(last.choices)
  const emptyChoice = { index: 0, delta: { content: '' }, finish_reason: null }
  switch (oddity.place) {
    case 'finish':
      return [...before, { ...last, usage: shaped }]
    case 'all':
      return [...before.map((chunk, sent) => ({ ...chunk, usage: grown(shaped, sent) })), { ...last, usage: shaped }]
    case 'choice':
      return [...before, { ...last, choices: [{ ...choice, usage: shaped }] }]
    case 'x_groq':
      return [...before, { ...last, x_groq: { id: 'req_groq', usage: shaped } }]
    case 'own':
      return [...chunks, { ...last, ...(isPlain(last) ? {} : { choices: [] }), usage: shaped }]
    case 'own with a choice':
      return [...chunks, { ...last, ...(isPlain(last) ? {} : { choices: [emptyChoice] }), usage: shaped }]
    default:
      return chunks
  }
}

function isPlain({ object }: Json): boolean {
  return object === 'chat.completion'
}

function withoutUsage(chunk: Json): Json {
  return { ...chunk, usage: undefined }
}

/** What had been used when so many chunks were sent. */
function grown(usage: Json | null, sent: number): Json | null {
  if (usage === null) return null
  const prompt = numberOf(usage.prompt_tokens) ?? 0
  const written = Math.min(sent, numberOf(usage.completion_tokens) ?? 0)
  return { ...usage, completion_tokens: written, total_tokens: prompt + written }
}

function deepSeek(usage: Json): Json {
  const prompt = numberOf(usage.prompt_tokens) ?? 0
  const hit = Math.floor(prompt / 2)
  return {
    ...usage,
    prompt_tokens_details: undefined,
    prompt_cache_hit_tokens: hit,
    prompt_cache_miss_tokens: prompt - hit,
  }
}

function dataOf(part: Buffer): unknown {
  const text = part.toString().replace('data: ', '').trim()
  return text === '[DONE]' ? undefined : JSON.parse(text)
}
