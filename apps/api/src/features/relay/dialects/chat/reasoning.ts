import type { Dialect, ThinkingPart } from '../conversation.ts'
import { type JsonObject, objectsOf, textOf } from '../json.ts'
import { openSignature, sealSignature } from '../signature.ts'

/*
 * OpenAI's chat completions have no place for thoughts. Two are in use: `reasoning_content` (DeepSeek, vLLM; `reasoning`
 * elsewhere) for the text, and `reasoning_details` (OpenRouter) for text with its signature. Clients that send back the message
 * they got bring the signature along, without which Anthropic refuses to go on after a tool call.
 */

export function readReasoningDetails(value: unknown, dialect: Dialect): ThinkingPart[] {
  return objectsOf(value).flatMap((detail): ThinkingPart[] => {
    if (detail.type === 'reasoning.encrypted')
      return [{ kind: 'thinking', text: '', ...openSignature(textOf(detail.data), dialect), redacted: true }]
    if (detail.type !== 'reasoning.text') return []
    const signature = textOf(detail.signature)
    return [
      {
        kind: 'thinking',
        text: textOf(detail.text),
        ...(signature && openSignature(signature, dialect)),
      },
    ]
  })
}

export function writeReasoningDetail({ text, signature, redacted }: Omit<ThinkingPart, 'kind'>): JsonObject {
  const sealed = signature && sealSignature(signature, redacted)
  if (redacted) return { type: 'reasoning.encrypted', data: sealed ?? '' }
  return { type: 'reasoning.text', text, ...(sealed && { signature: sealed }) }
}

/** The text of an upstream's thoughts in a message or a delta. */
export function thinkingText(message: JsonObject): string {
  return textOf(message.reasoning_content) || textOf(message.reasoning)
}
