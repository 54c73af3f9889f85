import type { Usage } from '../../usage.ts'
import { type AnswerContext, type Delta, newId, prefixedId, type StreamWriter } from '../conversation.ts'
import { type JsonObject, objectAt } from '../json.ts'
import { serverSentEvent } from '../server-sent-event.ts'
import { writeChatFinish } from './answer.ts'
import { writeReasoningDetail } from './reasoning.ts'
import { writeChatUsage } from './usage.ts'

/** Writes the chunks of a chat completion: the role first, usage in a chunk of its own and only if asked for, [DONE] last. */
export function createChatStreamWriter(context: AnswerContext): StreamWriter {
  const wantsUsage = objectAt(context.request, 'stream_options').include_usage === true
  const created = Math.floor(Date.now() / 1000)
  let id = newId('chatcmpl-')
  let started = false
  let usage: Usage | null = null
  let saidRefusal = false

  function event(choices: JsonObject[], usageField: JsonObject | null): string {
    return serverSentEvent({
      id,
      object: 'chat.completion.chunk',
      created,
      model: context.model,
      choices,
      ...(wantsUsage && { usage: usageField }),
    })
  }

  function chunk(delta: JsonObject, finishReason: string | null = null): string {
    const role = started ? {} : { role: 'assistant', content: '' }
    started = true
    return event([{ index: 0, delta: { ...role, ...delta }, logprobs: null, finish_reason: finishReason }], null)
  }

  function toolChunk(call: number, fields: JsonObject): string {
    return chunk({ tool_calls: [{ index: call, ...fields }] })
  }

  function write(delta: Delta): string {
    switch (delta.kind) {
      case 'start':
        id = prefixedId('chatcmpl-', delta.id)
        return chunk({})
      case 'text':
        return chunk({ content: delta.text })
      case 'refusal':
        saidRefusal = true
        return chunk({ refusal: delta.text })
      case 'thinking':
        return chunk({ reasoning_content: delta.text })
      case 'signature':
        return chunk({ reasoning_details: [writeReasoningDetail({ text: '', ...delta })] })
      case 'toolCall':
        return toolChunk(delta.call, {
          id: delta.id,
          type: 'function',
          function: { name: delta.name, arguments: '' },
          ...(delta.signature?.by === 'gemini' && {
            extra_content: { google: { thought_signature: delta.signature.value } },
          }),
        })
      case 'toolArguments':
        return toolChunk(delta.call, { function: { arguments: delta.text } })
      case 'finish':
        return chunk({}, writeChatFinish(delta.reason, saidRefusal))
      case 'usage':
        usage = delta.usage
        return ''
      default:
        return fail(delta.message)
    }
  }

  function end(): string {
    const last = wantsUsage && usage ? event([], writeChatUsage(usage)) : ''
    return `${last}data: [DONE]\n\n`
  }

  function fail(message: string): string {
    return serverSentEvent({ error: { message, type: 'server_error', param: null, code: 'upstream_failed' } })
  }

  return { write, end, fail }
}
