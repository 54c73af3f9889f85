import { isObject, type JsonObject } from '../dialects/json.ts'
import type { EndpointName } from '../serve/endpoints.ts'
import type { Guardrail } from './engine.ts'
import { each, fields, jsonText, text, type Place, type PlaceOf } from './places.ts'
import { chatToolCall, guardBody, messageBlock, responseItem, type Guarded } from './request.ts'

const parts = (): Place => ({ text: 'plain', each: fields({ text, refusal: text }) })

const chatAnswer = fields({
  choices: each(
    fields({
      message: fields({
        content: parts,
        refusal: text,
        reasoning_content: text,
        reasoning: text,
        audio: fields({ transcript: text }),
        function_call: fields({ arguments: jsonText }),
        tool_calls: each(chatToolCall),
      }),
    }),
  ),
})

/** A whole answer of the responses API, which its streams hold too. */
export const responsesAnswer = fields({ output: each(responseItem), output_text: text })

const transcript = fields({ text, segments: each(fields({ text })), words: each(fields({ word: text })) })

/** Where answers hold text. */
const places: Partial<Record<EndpointName, PlaceOf>> = {
  chat: chatAnswer,
  completions: fields({ choices: each(fields({ text })) }),
  responses: responsesAnswer,
  messages: fields({ content: each(messageBlock) }),
  images: fields({ data: each(fields({ revised_prompt: text })) }),
  image_edits: fields({ data: each(fields({ revised_prompt: text })) }),
  transcriptions: transcript,
  translations: transcript,
}

/** Tokens of what was redacted, one by one, would tell it. */
export function withoutLogprobs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLogprobs)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'logprobs') return [key, Array.isArray(item) ? [] : null]
      return [key, withoutLogprobs(item)]
    }),
  )
}

/** Guards the texts of a whole answer: what is to be redacted is, in a copy; or it is refused. */
export function guardAnswer(endpoint: EndpointName, body: JsonObject, guards: readonly Guardrail[]): Guarded {
  const guarded = guardBody(places[endpoint], body, guards)
  if ('refusedBy' in guarded || guarded.hits === 0) return guarded
  const bare = withoutLogprobs(guarded.body)
  return isObject(bare) ? { ...guarded, body: bare } : guarded
}
