import type { FinishReason, RefusalPart, TextPart, ThinkingPart, ToolCallPart } from '../conversation.ts'
import type { JsonObject } from '../json.ts'
import { sealSignature } from '../signature.ts'

// Output items, the same in a whole answer and in the events of a stream.

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** Whether an answer was cut off, and so the item it was at. */
export const isCutOff = (finish: FinishReason | 'failed' | null): boolean =>
  finish === 'length' || finish === 'content_filter'

export function writeMessagePart(part: TextPart | RefusalPart): JsonObject {
  if (part.kind === 'refusal') return { type: 'refusal', refusal: part.text }
  return { type: 'output_text', annotations: [], logprobs: [], text: part.text }
}

export function writeMessageItem(id: string, parts: (TextPart | RefusalPart)[], status: ItemStatus): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content: parts.map(writeMessagePart) }
}

export function writeReasoningItem(id: string, { text, signature, redacted }: Omit<ThinkingPart, 'kind'>): JsonObject {
  const encrypted = signature && { encrypted_content: sealSignature(signature, redacted) }
  return { id, type: 'reasoning', summary: text === '' ? [] : [{ type: 'summary_text', text }], ...encrypted }
}

export function writeCallItem(id: string, call: Omit<ToolCallPart, 'kind'>, status: ItemStatus): JsonObject {
  return { id, type: 'function_call', status, arguments: call.arguments, call_id: call.id, name: call.name }
}
