import type { Delta, StreamEvent } from '../conversation.ts'
import { type JsonObject, objectAt, textOf } from '../json.ts'
import { mergeUsage } from '../merge-usage.ts'
import { readStopReason } from './answer.ts'
import { findMessagesUsage, readMessagesUsage } from './usage.ts'

/** Reads the events of an Anthropic message. Blocks are told apart by their index. */
export function createMessagesStreamReader(): (event: StreamEvent) => Delta[] {
  /** Numbers of the calls, by the index of their block. */
  const calls = new Map<unknown, number>()
  let rawUsage: JsonObject | null = null

  function usageIn(data: JsonObject) {
    const usage = findMessagesUsage(data)
    if (usage) rawUsage = mergeUsage(rawUsage, usage)
    return rawUsage && readMessagesUsage(rawUsage)
  }

  function blockStart(data: JsonObject): Delta[] {
    const block = objectAt(data, 'content_block')
    switch (block.type) {
      case 'text': {
        const text = textOf(block.text)
        return text === '' ? [] : [{ kind: 'text', text }]
      }
      case 'thinking': {
        const text = textOf(block.thinking)
        return text === '' ? [] : [{ kind: 'thinking', text }]
      }
      case 'redacted_thinking':
        return [{ kind: 'signature', signature: { by: 'messages', value: textOf(block.data) }, redacted: true }]
      case 'tool_use': {
        const call = calls.size
        calls.set(data.index, call)
        return [{ kind: 'toolCall', call, id: textOf(block.id), name: textOf(block.name) }]
      }
      default:
        return []
    }
  }

  function blockDelta(data: JsonObject): Delta[] {
    const delta = objectAt(data, 'delta')
    switch (delta.type) {
      case 'text_delta':
        return [{ kind: 'text', text: textOf(delta.text) }]
      case 'thinking_delta':
        return [{ kind: 'thinking', text: textOf(delta.thinking) }]
      case 'signature_delta':
        return [{ kind: 'signature', signature: { by: 'messages', value: textOf(delta.signature) }, redacted: false }]
      case 'input_json_delta': {
        const call = calls.get(data.index)
        const text = textOf(delta.partial_json)
        return call === undefined || text === '' ? [] : [{ kind: 'toolArguments', call, text }]
      }
      default:
        return []
    }
  }

  function messageDelta(data: JsonObject): Delta[] {
    const delta = objectAt(data, 'delta')
    const deltas: Delta[] = []
    if (typeof delta.stop_reason === 'string')
      deltas.push({
        kind: 'finish',
        reason: readStopReason(delta.stop_reason),
        stopSequence: textOf(delta.stop_sequence) || null,
      })
    const usage = usageIn(data)
    if (usage) deltas.push({ kind: 'usage', usage })
    return deltas
  }

  return ({ name, data }) => {
    switch (data.type ?? name) {
      case 'message_start':
        return [{ kind: 'start', id: textOf(objectAt(data, 'message').id), usage: usageIn(data) }]
      case 'content_block_start':
        return blockStart(data)
      case 'content_block_delta':
        return blockDelta(data)
      case 'message_delta':
        return messageDelta(data)
      case 'error': {
        const message = textOf(objectAt(data, 'error').message)
        return [{ kind: 'error', message: message || 'The provider reported an error.' }]
      }
      default:
        return []
    }
  }
}
