import { type Delta, newId, type StreamEvent } from '../conversation.ts'
import { type JsonObject, objectAt, textOf } from '../json.ts'
import { readResponsesFinish } from './answer.ts'
import { readReasoning } from './content.ts'
import { readResponsesUsage } from './usage.ts'

function errorDelta(message: unknown): Delta[] {
  return [{ kind: 'error', message: textOf(message) || 'The provider reported an error.' }]
}

/** Reads the events of a response. */
export function createResponsesStreamReader(): (event: StreamEvent) => Delta[] {
  /** Numbers of the calls, by their place in the output. */
  const calls = new Map<unknown, { call: number; hasArguments: boolean }>()
  let refused = false

  function itemAdded(data: JsonObject): Delta[] {
    const item = objectAt(data, 'item')
    if (item.type !== 'function_call') return []
    const call = calls.size
    calls.set(data.output_index, { call, hasArguments: false })
    return [{ kind: 'toolCall', call, id: textOf(item.call_id) || newId('call_'), name: textOf(item.name) }]
  }

  function itemDone(data: JsonObject): Delta[] {
    const item = objectAt(data, 'item')
    if (item.type !== 'reasoning') return []
    const { signature } = readReasoning(item, 'upstream')
    return signature ? [{ kind: 'signature', signature, redacted: false }] : []
  }

  function argumentsDelta(data: JsonObject, text: string): Delta[] {
    const known = calls.get(data.output_index)
    if (!known || text === '') return []
    known.hasArguments = true
    return [{ kind: 'toolArguments', call: known.call, text }]
  }

  function ended(data: JsonObject): Delta[] {
    const response = objectAt(data, 'response')
    const reason = readResponsesFinish(response, calls.size > 0, refused)
    const usage = readResponsesUsage(response)
    return [{ kind: 'finish', reason, stopSequence: null }, ...(usage ? [{ kind: 'usage' as const, usage }] : [])]
  }

  return ({ name, data }) => {
    const delta = textOf(data.delta)
    switch (data.type ?? name) {
      case 'response.created':
        return [{ kind: 'start', id: textOf(objectAt(data, 'response').id), usage: null }]
      case 'response.output_text.delta':
        return [{ kind: 'text', text: delta }]
      case 'response.refusal.delta':
        refused = true
        return [{ kind: 'refusal', text: delta }]
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return [{ kind: 'thinking', text: delta }]
      case 'response.reasoning_summary_part.added':
        // Later parts of a summary are paragraphs of it.
        return data.summary_index === 0 ? [] : [{ kind: 'thinking', text: '\n\n' }]
      case 'response.output_item.added':
        return itemAdded(data)
      case 'response.output_item.done':
        return itemDone(data)
      case 'response.function_call_arguments.delta':
        return argumentsDelta(data, delta)
      case 'response.function_call_arguments.done':
        // Some upstreams send arguments only whole.
        return calls.get(data.output_index)?.hasArguments ? [] : argumentsDelta(data, textOf(data.arguments))
      case 'response.completed':
      case 'response.incomplete':
        return ended(data)
      case 'response.failed':
        return errorDelta(objectAt(objectAt(data, 'response'), 'error').message)
      case 'error':
        return errorDelta(data.message ?? objectAt(data, 'error').message)
      default:
        return []
    }
  }
}
