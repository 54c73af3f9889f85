import { noUsage, type Usage } from '../../usage.ts'
import type { AnswerContext, Delta, FinishReason, StreamWriter } from '../conversation.ts'
import { type JsonObject, parsed } from '../json.ts'
import { serverSentEvent } from '../server-sent-event.ts'
import { sealSignature } from '../signature.ts'
import { writeMessage, writeStopReason } from './answer.ts'
import { writeMessagesUsage } from './usage.ts'

type BlockType = 'text' | 'thinking' | 'tool_use'

function event(name: string, fields: JsonObject): string {
  return serverSentEvent({ type: name, ...fields }, name)
}

/** The blocks of a message: one is open at a time, each has the next index. */
function createBlocks() {
  let index = -1
  let open: BlockType | null = null

  function close(): string {
    if (open === null) return ''
    open = null
    return event('content_block_stop', { index })
  }

  function start(type: BlockType, block: JsonObject): string {
    const closed = close()
    open = type
    index += 1
    return closed + event('content_block_start', { index, content_block: block })
  }

  return {
    close,
    start,
    isOpen: (type: BlockType) => open === type,
    delta: (delta: JsonObject) => event('content_block_delta', { index, delta }),
  }
}

/** Calls of tools, one after another: what arrives for a later call while an earlier one is unfinished is held back. */
function createCalls(blocks: ReturnType<typeof createBlocks>) {
  const held = new Map<number, { id: string; name: string; text: string }>()
  let current: { call: number; text: string } | null = null

  function begin(call: number, id: string, name: string): string {
    current = { call, text: '' }
    return blocks.start('tool_use', { type: 'tool_use', id, caller: { type: 'direct' }, name, input: {} })
  }

  function argumentsDelta(text: string): string {
    return blocks.delta({ type: 'input_json_delta', partial_json: text })
  }

  return {
    start({ call, id, name }: Extract<Delta, { kind: 'toolCall' }>): string {
      const isBusy = current !== null && (held.size > 0 || parsed(current.text) === undefined)
      if (!isBusy) return begin(call, id, name)
      held.set(call, { id, name, text: '' })
      return ''
    },
    add({ call, text }: Extract<Delta, { kind: 'toolArguments' }>): string {
      const later = held.get(call)
      if (later) later.text += text
      if (later || current?.call !== call) return ''
      current.text += text
      return argumentsDelta(text)
    },
    /** Ends the call at hand and writes those held back. */
    finish(): string {
      let written = ''
      for (const [call, { id, name, text }] of held) written += begin(call, id, name) + argumentsDelta(text)
      held.clear()
      current = null
      return written
    },
  }
}

/** Writes the events of an Anthropic message. */
export function createMessagesStreamWriter(context: AnswerContext): StreamWriter {
  const blocks = createBlocks()
  const calls = createCalls(blocks)
  let started = false
  let finish: { reason: FinishReason; stopSequence: string | null } = { reason: 'stop', stopSequence: null }
  let usage: Usage = { ...noUsage, inputTokens: context.inputTokens ?? 0 }

  function start(id: string): string {
    if (started) return ''
    started = true
    const message = { ...writeMessage(id, context), usage: writeMessagesUsage(usage) }
    return event('message_start', { message }) + event('ping', {})
  }

  function content(type: BlockType, block: JsonObject, delta: JsonObject): string {
    if (blocks.isOpen(type)) return blocks.delta(delta)
    return calls.finish() + blocks.start(type, block) + blocks.delta(delta)
  }

  function textDelta(text: string): string {
    return content('text', { type: 'text', citations: null, text: '' }, { type: 'text_delta', text })
  }

  function signatureDelta(delta: Extract<Delta, { kind: 'signature' }>): string {
    const sealed = sealSignature(delta.signature, delta.redacted)
    if (delta.redacted) {
      const data = { type: 'redacted_thinking', data: sealed }
      return calls.finish() + blocks.start('thinking', data) + blocks.close()
    }
    const block = { type: 'thinking', thinking: '', signature: '' }
    return content('thinking', block, { type: 'signature_delta', signature: sealed }) + blocks.close()
  }

  function thinkingDelta(text: string): string {
    const block = { type: 'thinking', thinking: '', signature: '' }
    return content('thinking', block, { type: 'thinking_delta', thinking: text })
  }

  function write(delta: Delta): string {
    switch (delta.kind) {
      case 'start':
        if (delta.usage) usage = delta.usage
        return start(delta.id)
      case 'text':
      case 'refusal':
        return start('') + textDelta(delta.text)
      case 'thinking':
        return start('') + thinkingDelta(delta.text)
      case 'signature':
        return start('') + signatureDelta(delta)
      case 'toolCall':
        return start('') + calls.start(delta)
      case 'toolArguments':
        return calls.add(delta)
      case 'finish':
        finish = delta
        return start('') + calls.finish() + blocks.close()
      case 'usage':
        usage = delta.usage
        return ''
      default:
        return fail(delta.message)
    }
  }

  function end(): string {
    const { stopSequence } = finish
    const delta = {
      container: null,
      stop_details: null,
      stop_reason: writeStopReason(finish.reason, stopSequence),
      stop_sequence: stopSequence,
    }
    return event('message_delta', { delta, usage: writeMessagesUsage(usage) }) + event('message_stop', {})
  }

  function fail(message: string): string {
    return event('error', { error: { type: 'api_error', message } })
  }

  return { write, end, fail }
}
