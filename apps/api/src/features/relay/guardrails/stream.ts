import { relayGuardrailHits } from '../../../platform/metrics.ts'
import { isObject, type JsonObject } from '../dialects/json.ts'
import { responsesAnswer, withoutLogprobs } from './answer.ts'
import { createTextScan, GuardrailStop, guardText, type Guardrail, type TextScan } from './engine.ts'
import { each, fields, jsonText, rewriteAt, text, type PlaceOf } from './places.ts'
import { messageBlock, responseItem } from './request.ts'

/** APIs whose streams hold text. */
export type GuardedApi = 'chat' | 'completions' | 'responses' | 'messages'

/**
 * Guards a streamed answer. Each text of it is held back by its last characters until they are known to be innocent (see
 * `createTextScan`); GuardrailStop is thrown where it is refused, and nothing may follow then.
 */
export interface StreamGuard {
  /** Takes an event of the stream and answers what goes out for it: the same, a changed one, or with one before it. */
  rewriteEvent(data: JsonObject): JsonObject[]
  /** Places redacted so far. */
  hits(): number
}

/** The texts of an answer that are on their way, by what names them. */
interface TextGuard {
  /** Takes a piece of a text and answers what may go out of it by now. */
  push(key: string, delta: string): string
  /** Ends a text and answers what was left of it. */
  flush(key: string): string
  /** Ends all texts whose names begin so, and answers what was left of each. */
  flushAll(prefix: string): { key: string; rest: string }[]
  /** Guards a text that comes whole. */
  whole(value: string): string
  hits(): number
}

function createTextGuard(guards: readonly Guardrail[]): TextGuard {
  const scans = new Map<string, TextScan>()
  let hits = 0

  function scanOf(key: string): TextScan {
    const scan = scans.get(key) ?? createTextScan(guards)
    scans.set(key, scan)
    return scan
  }

  function flush(key: string): string {
    const scan = scans.get(key)
    if (!scan) return ''
    const rest = scan.push('', true)
    hits += scan.hits()
    relayGuardrailHits.inc({ action: 'redact' }, scan.hits())
    scans.delete(key)
    return rest
  }

  return {
    push: (key, delta) => scanOf(key).push(delta, false),
    flush,
    flushAll(prefix) {
      const keys = [...scans.keys()].filter((key) => key.startsWith(prefix))
      return keys.map((key) => ({ key, rest: flush(key) })).filter(({ rest }) => rest !== '')
    },
    // Whole texts repeat what came in pieces: their hits were counted.
    whole: (value) => guardText(guards, value).text,
    hits: () => [...scans.values()].reduce((sum, scan) => sum + scan.hits(), hits),
  }
}

type Rewrite = (data: JsonObject) => JsonObject[]

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** The fields of an object that hold pieces of texts, pushed. */
function pushFields(guard: TextGuard, prefix: string, value: JsonObject, names: readonly string[]): JsonObject {
  let changed = value
  for (const name of names) {
    const delta = value[name]
    if (typeof delta === 'string') changed = { ...changed, [name]: guard.push(`${prefix}${name}`, delta) }
  }
  return changed
}

const chatTexts = ['content', 'refusal', 'reasoning_content', 'reasoning']

/** Pieces of arguments, pushed as text: a call of a tool is never held back as a whole. */
function pushToolCall(guard: TextGuard, prefix: string, call: unknown): unknown {
  if (!isObject(call)) return call
  const at = `${prefix}tool:${numberOf(call.index)}:`
  const { function: called, custom } = call
  return {
    ...call,
    ...(isObject(called) && { function: pushFields(guard, at, called, ['arguments']) }),
    ...(isObject(custom) && { custom: pushFields(guard, at, custom, ['input']) }),
  }
}

/** What was held back of a choice, as a delta. */
function chatRest(guard: TextGuard, prefix: string): JsonObject | null {
  const rests = guard.flushAll(prefix)
  if (rests.length === 0) return null
  const delta: JsonObject = {}
  const calls: JsonObject[] = []
  for (const { key, rest } of rests) {
    const [kind = '', index, name] = key.slice(prefix.length).split(':')
    if (kind !== 'tool') delta[kind] = rest
    else if (name === 'input') calls.push({ index: Number(index), custom: { input: rest } })
    else calls.push({ index: Number(index), function: { arguments: rest } })
  }
  return calls.length === 0 ? delta : { ...delta, tool_calls: calls }
}

/** What choices of a stream of chat or completions become, and what is to go out before them. */
function rewriteChoices(
  data: JsonObject,
  push: (choice: JsonObject, prefix: string) => JsonObject,
  restOf: (prefix: string) => JsonObject | null,
): JsonObject[] {
  if (!Array.isArray(data.choices)) return [data]
  const items: unknown[] = data.choices
  const before: JsonObject[] = []
  const choices = items.map((item) => {
    if (!isObject(item)) return item
    const prefix = `${numberOf(item.index)}:`
    const choice = { ...push(item, prefix), ...('logprobs' in item && { logprobs: null }) }
    if (typeof item.finish_reason !== 'string') return choice
    // What was held back goes out before the end, behind what this event itself brought.
    const rest = restOf(prefix)
    if (!rest) return choice
    before.push({ ...choice, finish_reason: null })
    before.push({ index: item.index, ...rest, finish_reason: null, ...('logprobs' in item && { logprobs: null }) })
    return { ...choice, ...('delta' in choice ? { delta: {} } : { text: '' }) }
  })
  const { usage: _, ...others } = data
  return [...before.map((choice) => ({ ...others, choices: [choice] })), { ...data, choices }]
}

const rewriteChat =
  (guard: TextGuard): Rewrite =>
  (data) =>
    rewriteChoices(
      data,
      (choice, prefix) => {
        if (!isObject(choice.delta)) return choice
        const delta = pushFields(guard, prefix, choice.delta, chatTexts)
        if (!Array.isArray(delta.tool_calls)) return { ...choice, delta }
        const calls: unknown[] = delta.tool_calls
        return { ...choice, delta: { ...delta, tool_calls: calls.map((call) => pushToolCall(guard, prefix, call)) } }
      },
      (prefix) => {
        const delta = chatRest(guard, prefix)
        return delta && { delta }
      },
    )

const rewriteCompletions =
  (guard: TextGuard): Rewrite =>
  (data) =>
    rewriteChoices(
      data,
      (choice, prefix) => pushFields(guard, prefix, choice, ['text']),
      (prefix) => {
        const rest = guard.flush(`${prefix}text`)
        return rest === '' ? null : { text: rest }
      },
    )

/** Types of Anthropic's deltas, by the field whose text they bring. */
const messageDeltas: Record<string, string> = {
  text: 'text_delta',
  thinking: 'thinking_delta',
  partial_json: 'input_json_delta',
}

/** Thinking is signed at its end: the rest of it goes out before the signature. */
const endsBlock = ({ type, delta }: JsonObject): boolean =>
  type === 'content_block_stop' || (isObject(delta) && delta.type === 'signature_delta')

function rewriteMessages(guard: TextGuard): Rewrite {
  const names = Object.keys(messageDeltas)

  return (data) => {
    const { type, index } = data
    const prefix = `${numberOf(index)}:`
    if (endsBlock(data)) {
      const rests = guard.flushAll(prefix).map(({ key, rest }) => {
        const name = key.slice(prefix.length)
        return { type: 'content_block_delta', index, delta: { type: messageDeltas[name], [name]: rest } }
      })
      return [...rests, data]
    }
    if (type === 'content_block_delta' && isObject(data.delta))
      return [{ ...data, delta: pushFields(guard, prefix, data.delta, names) }]
    if (type !== 'content_block_start' || !isObject(data.content_block)) return [data]
    // A block may begin with text already; that of a tool's result comes whole.
    const opened = pushFields(guard, prefix, data.content_block, ['text', 'thinking'])
    const { text: _, thinking: __, ...others } = messageBlock().fields ?? {}
    return [{ ...data, content_block: rewriteAt(opened, { fields: others }, guard.whole) }]
  }
}

/** Where events of the responses API that bring whole things hold text. */
const responsesEvent: PlaceOf = fields({
  text,
  refusal: text,
  transcript: text,
  arguments: jsonText,
  input: text,
  code: text,
  part: fields({ text, refusal: text }),
  item: responseItem,
  response: responsesAnswer,
  summary: each(fields({ text })),
})

/** Deltas that are no text but bytes. */
const byteDeltas = new Set(['response.audio.delta', 'response.output_audio.delta'])

function rewriteResponses(guard: TextGuard): Rewrite {
  /** Events that were put in: those behind them are numbered on. */
  let added = 0
  const numbered = (data: JsonObject): JsonObject =>
    typeof data.sequence_number === 'number' ? { ...data, sequence_number: data.sequence_number + added } : data

  const keyOf = (type: string, { output_index, content_index, summary_index }: JsonObject): string =>
    [type, output_index, content_index, summary_index].map(String).join(':')

  return (data) => {
    const type = typeof data.type === 'string' ? data.type : ''
    if (type.endsWith('.delta') && typeof data.delta === 'string' && !byteDeltas.has(type)) {
      const delta = guard.push(keyOf(type, data), data.delta)
      return [numbered({ ...data, delta, ...('logprobs' in data && { logprobs: [] }) })]
    }
    const before: JsonObject[] = []
    if (type.endsWith('.done')) {
      const deltaType = `${type.slice(0, -'.done'.length)}.delta`
      const rest = guard.flush(keyOf(deltaType, data))
      if (rest !== '') {
        const { output_index, content_index, summary_index, item_id, sequence_number } = data
        const place = { item_id, output_index, content_index, summary_index, sequence_number }
        before.push(numbered({ type: deltaType, ...place, delta: rest, ...('logprobs' in data && { logprobs: [] }) }))
        added += 1
      }
    }
    const whole = withoutLogprobs(rewriteAt(data, responsesEvent(data), guard.whole))
    return [...before, numbered(isObject(whole) ? whole : data)]
  }
}

const rewrites: Record<GuardedApi, (guard: TextGuard) => Rewrite> = {
  chat: rewriteChat,
  completions: rewriteCompletions,
  messages: rewriteMessages,
  responses: rewriteResponses,
}

/** Guards the events of a stream of an API. */
export function createStreamGuard(api: GuardedApi, guards: readonly Guardrail[]): StreamGuard {
  const guard = createTextGuard(guards)
  const rewrite = rewrites[api](guard)
  return {
    hits: guard.hits,
    rewriteEvent(data) {
      try {
        return rewrite(data)
      } catch (error) {
        if (error instanceof GuardrailStop) relayGuardrailHits.inc({ action: 'refuse' })
        throw error
      }
    },
  }
}
