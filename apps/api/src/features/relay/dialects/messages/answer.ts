import { noUsage } from '../../usage.ts'
import type { Answer, AnswerContext, AnswerPart, FinishReason } from '../conversation.ts'
import { prefixedId } from '../conversation.ts'
import { unreadable } from '../dialect-error.ts'
import { type JsonObject, objectsOf, textOf } from '../json.ts'
import { sealSignature } from '../signature.ts'
import { looseInput } from './content.ts'
import { findMessagesUsage, readMessagesUsage, writeMessagesUsage } from './usage.ts'

export function readStopReason(reason: unknown): FinishReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'refusal':
      return 'refusal'
    default:
      return 'stop'
  }
}

export function writeStopReason(finish: FinishReason, stopSequence: string | null): string {
  switch (finish) {
    case 'stop':
      return stopSequence === null ? 'end_turn' : 'stop_sequence'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    default:
      return 'refusal'
  }
}

/** Blocks of tools that Anthropic ran itself are left out: other dialects have no place for them, the text says what came of it. */
function readBlock(block: JsonObject): AnswerPart[] {
  switch (block.type) {
    case 'text':
      return [{ kind: 'text', text: textOf(block.text) }]
    case 'thinking': {
      const signature = textOf(block.signature)
      const thought = { kind: 'thinking' as const, text: textOf(block.thinking) }
      return [signature === '' ? thought : { ...thought, signature: { by: 'messages', value: signature } }]
    }
    case 'redacted_thinking':
      return [{ kind: 'thinking', text: '', redacted: true, signature: { by: 'messages', value: textOf(block.data) } }]
    case 'tool_use':
      return [
        {
          kind: 'toolCall',
          id: textOf(block.id),
          name: textOf(block.name),
          arguments: JSON.stringify(block.input ?? {}),
        },
      ]
    default:
      return []
  }
}

export function readMessagesAnswer(body: JsonObject): Answer {
  if (!Array.isArray(body.content)) throw unreadable('an answer without content')
  const usage = findMessagesUsage(body)
  return {
    id: textOf(body.id),
    parts: objectsOf(body.content).flatMap(readBlock),
    finish: readStopReason(body.stop_reason),
    stopSequence: textOf(body.stop_sequence) || null,
    usage: usage && readMessagesUsage(usage),
  }
}

function writeBlock(part: AnswerPart): JsonObject {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', citations: null, text: part.text }
    case 'thinking': {
      const signature = part.signature ? sealSignature(part.signature, part.redacted) : ''
      if (part.redacted) return { type: 'redacted_thinking', data: signature }
      return { type: 'thinking', thinking: part.text, signature }
    }
    default:
      return {
        type: 'tool_use',
        id: part.id,
        caller: { type: 'direct' },
        name: part.name,
        input: looseInput(part.arguments),
      }
  }
}

/** A message object; the start of a stream is one without content. */
export function writeMessage(id: string, context: AnswerContext): JsonObject {
  return {
    id: prefixedId('msg_', id),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
  }
}

export function writeMessagesAnswer(answer: Answer, context: AnswerContext): JsonObject {
  const usage = answer.usage ?? { ...noUsage, inputTokens: context.inputTokens ?? 0 }
  return {
    ...writeMessage(answer.id, context),
    content: answer.parts.map(writeBlock),
    stop_reason: writeStopReason(answer.finish, answer.stopSequence),
    stop_sequence: answer.stopSequence,
    usage: writeMessagesUsage(usage),
  }
}
