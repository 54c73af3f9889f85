import { relayGuardrailHits } from '../../../platform/metrics.ts'
import { isObject, type JsonObject } from '../dialects/json.ts'
import type { EndpointName } from '../serve/endpoints.ts'
import { GuardrailStop, guardText, type Guardrail } from './engine.ts'
import { anything, each, fields, jsonText, rewriteAt, text, texts, type Place, type PlaceOf } from './places.ts'

/** What guardrails made of a request or an answer. */
export type Guarded = { body: JsonObject; hits: number } | { refusedBy: string }

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

/** Guards all texts at a place of a body. The body itself stays as it was. */
export function guardBody(place: PlaceOf | undefined, body: JsonObject, guards: readonly Guardrail[]): Guarded {
  if (!place || guards.length === 0) return { body, hits: 0 }
  let hits = 0
  try {
    const guarded = rewriteAt(body, place(body), (one) => {
      const verdict = guardText(guards, one)
      hits += verdict.hits
      return verdict.hits === 0 ? one : verdict.text
    })
    relayGuardrailHits.inc({ action: 'redact' }, hits)
    return { body: isObject(guarded) ? guarded : body, hits }
  } catch (error) {
    if (!(error instanceof GuardrailStop)) throw error
    relayGuardrailHits.inc({ action: 'refuse' })
    return { refusedBy: error.guardrail }
  }
}

/** Guards the texts of a request: what is to be redacted is, in a copy; or it is refused. */
export function guardRequest(endpoint: EndpointName, body: JsonObject, guards: readonly Guardrail[]): Guarded {
  return guardBody(places[endpoint], body, guards)
}
