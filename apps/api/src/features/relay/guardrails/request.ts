import { relayGuardrailHits } from '../../../platform/metrics.ts'
import { isObject, type JsonObject } from '../dialects/json.ts'
import type { EndpointName } from '../serve/endpoints.ts'
import { RelayRefusal } from '../refusals.ts'
import { GuardrailStop, guardText, lookDeadlineMs, type Guardrail } from './engine.ts'
import { anything, each, fields, jsonText, rewriteAt, text, texts, type Place, type PlaceOf } from './places.ts'

/** What guardrails made of a request or an answer. */
export type Guarded = { body: JsonObject; hits: number } | { refusedBy: string; reason: GuardrailStop['reason'] }

/** What a call of a tool holds, as OpenAI writes it. */
export const chatToolCall = fields({
  function: fields({ arguments: jsonText }),
  custom: fields({ input: text }),
})

const chatContent = (): Place => ({ text: 'plain', each: fields({ text, refusal: text }) })

const chatMessage = fields({
  content: chatContent,
  refusal: text,
  reasoning_content: text,
  reasoning: text,
  function_call: fields({ arguments: jsonText }),
  tool_calls: each(chatToolCall),
})

const described = fields({ description: text, function: fields({ description: text }) })

const chatRequest = fields({
  messages: each(chatMessage),
  prediction: fields({ content: chatContent }),
  tools: each(described),
  functions: each(described),
})

const responseContent = (): Place => ({ text: 'plain', each: fields({ text, refusal: text }) })

/** An item of the responses API: what somebody said, what a tool was asked, or what it answered. */
export const responseItem = fields({
  content: responseContent,
  summary: each(fields({ text })),
  arguments: jsonText,
  input: text,
  output: responseContent,
  code: text,
})

const responsesRequest = fields({
  input: (): Place => ({ text: 'plain', each: responseItem }),
  instructions: text,
  prompt: fields({ variables: anything }),
  tools: each(described),
})

const blocks = (): Place => ({ text: 'plain', each: messageBlock })

/** Where a document or picture comes from: what is no text is bytes. */
const blockSource: PlaceOf = (source) => ({
  fields: { ...(isObject(source) && source.type === 'text' && { data: text }), content: blocks },
})

/** A block of Anthropic's messages. Those of tools hold blocks themselves. Thinking that was redacted is not taken back by the provider. */
export const messageBlock = (): Place => ({
  fields: {
    text,
    thinking: text,
    input: anything,
    content: blocks,
    source: blockSource,
    title: text,
    context: text,
  },
})

const messagesRequest = fields({
  system: blocks,
  messages: each(fields({ content: blocks })),
  tools: each(described),
})

/** Where requests hold text. */
const places: Partial<Record<EndpointName, PlaceOf>> = {
  chat: chatRequest,
  completions: fields({ prompt: texts, suffix: text }),
  responses: responsesRequest,
  messages: messagesRequest,
  count_tokens: messagesRequest,
  embeddings: fields({ input: texts }),
  moderations: fields({ input: () => ({ text: 'plain', each: () => ({ text: 'plain', fields: { text } }) }) }),
  images: fields({ prompt: text }),
  image_edits: fields({ prompt: text }),
  transcriptions: fields({ prompt: text }),
  translations: fields({ prompt: text }),
  speech: fields({ input: text, instructions: text }),
  rerank: fields({
    query: text,
    documents: each(() => ({ text: 'plain', fields: { text } })),
    instruction: text,
  }),
}

/** Characters that are looked at of one request or answer: more than any model reads. */
const lengthMax = 4 * 1024 * 1024

/** Guards all texts at a place of a body, as long as they are no more than can be looked at. The body itself stays as it was. */
export function guardBody(place: PlaceOf | undefined, body: JsonObject, guards: readonly Guardrail[]): Guarded {
  if (!place || guards.length === 0) return { body, hits: 0 }
  const deadlineMs = lookDeadlineMs()
  let length = 0
  let hits = 0
  try {
    const guarded = rewriteAt(body, place(body), (one) => {
      length += one.length
      if (length > lengthMax) throw new GuardrailStop(guards[0]?.name ?? '', 'cost')
      const verdict = guardText(guards, one, deadlineMs)
      hits += verdict.hits
      return verdict.hits === 0 ? one : verdict.text
    })
    relayGuardrailHits.inc({ action: 'redact' }, hits)
    return { body: isObject(guarded) ? guarded : body, hits }
  } catch (error) {
    if (!(error instanceof GuardrailStop)) throw error
    relayGuardrailHits.inc({ action: 'refuse' })
    return { refusedBy: error.guardrail, reason: error.reason }
  }
}

/** Guards the texts of a request: what is to be redacted is, in a copy; or it is refused. Throws a refusal for too much text. */
export function guardRequest(endpoint: EndpointName, body: JsonObject, guards: readonly Guardrail[]): Guarded {
  const guarded = guardBody(places[endpoint], body, guards)
  if ('refusedBy' in guarded && guarded.reason === 'cost')
    throw new RelayRefusal(
      'request_too_large',
      `The request holds more text than the guardrail “${guarded.refusedBy}” can look through. Send less at once.`,
    )
  return guarded
}
