import type { Usage } from '../../usage.ts'
import {
  type AnswerContext,
  type Delta,
  type FinishReason,
  newId,
  type StreamWriter,
  type ToolCallPart,
} from '../conversation.ts'
import type { JsonObject } from '../json.ts'
import { serverSentEvent } from '../server-sent-event.ts'
import { writeGeminiCall, writeGeminiFinish } from './answer.ts'
import { writeGeminiUsage } from './usage.ts'

/** Writes the chunks of generated content. Calls are held until they are whole, since this dialect has no parts of them. */
export function createGeminiStreamWriter(context: AnswerContext): StreamWriter {
  const calls = new Map<number, Omit<ToolCallPart, 'kind'>>()
  let responseId = newId('')
  let usage: Usage | null = null
  let finish: FinishReason = 'stop'

  function chunk(parts: JsonObject[], fields: JsonObject = {}): string {
    const candidate = { content: { role: 'model', parts }, ...fields, index: 0 }
    return serverSentEvent({
      candidates: [candidate],
      ...(usage && { usageMetadata: writeGeminiUsage(usage) }),
      modelVersion: context.model,
      responseId,
    })
  }

  function write(delta: Delta): string {
    switch (delta.kind) {
      case 'start':
        responseId = delta.id || responseId
        return ''
      case 'text':
      case 'refusal':
        return chunk([{ text: delta.text }])
      case 'thinking':
        return chunk([{ text: delta.text, thought: true }])
      case 'signature':
        return ''
      case 'toolCall':
        calls.set(delta.call, { id: delta.id, name: delta.name, arguments: '', signature: delta.signature })
        return ''
      case 'toolArguments': {
        const call = calls.get(delta.call)
        if (call) call.arguments += delta.text
        return ''
      }
      case 'finish':
        finish = delta.reason
        return ''
      case 'usage':
        usage = delta.usage
        return ''
      default:
        return fail(delta.message)
    }
  }

  function end(): string {
    return chunk([...calls.values()].map(writeGeminiCall), { finishReason: writeGeminiFinish(finish) })
  }

  function fail(message: string): string {
    return serverSentEvent({ error: { code: 502, message, status: 'UNAVAILABLE' } })
  }

  return { write, end, fail }
}
