import { type Delta, newId, type StreamEvent } from '../conversation.ts'
import { isObject, type JsonObject, objectAt, objectsOf, textOf } from '../json.ts'
import { readChatFinish } from './answer.ts'
import { looseText } from './content.ts'
import { thinkingText } from './reasoning.ts'
import { readChatUsage } from './usage.ts'

function errorOf(data: JsonObject): string | null {
  const error = data.error
  if (!error) return null
  return textOf(isObject(error) ? error.message : error) || 'The provider reported an error.'
}

function signatureDeltas(delta: JsonObject): Delta[] {
  return objectsOf(delta.reasoning_details).flatMap((detail): Delta[] => {
    const redacted = detail.type === 'reasoning.encrypted'
    const sealed = textOf(redacted ? detail.data : detail.signature)
    return sealed === '' ? [] : [{ kind: 'signature', signature: { by: 'chat', value: sealed }, redacted }]
  })
}

/** Reads the chunks of a chat completion. */
export function createChatStreamReader(): (event: StreamEvent) => Delta[] {
  /** Numbers of the calls, by the index or, where that is missing, the id the upstream gave them. */
  const calls = new Map<unknown, number>()
  let started = false
  let refusedToAnswer = false

  function toolDeltas(delta: JsonObject): Delta[] {
    return objectsOf(delta.tool_calls).flatMap((item): Delta[] => {
      const called = objectAt(item, 'function')
      const id = textOf(item.id)
      const key = item.index ?? (id || (calls.size > 0 ? [...calls.keys()].at(-1) : 0))
      const deltas: Delta[] = []
      let call = calls.get(key)
      if (call === undefined) {
        call = calls.size
        calls.set(key, call)
        const signature = objectAt(objectAt(item, 'extra_content'), 'google').thought_signature
        deltas.push({
          kind: 'toolCall',
          call,
          id: id || newId('call_'),
          name: textOf(called.name),
          ...(typeof signature === 'string' && { signature: { by: 'gemini', value: signature } }),
        })
      }
      const text = textOf(called.arguments)
      if (text !== '') deltas.push({ kind: 'toolArguments', call, text })
      return deltas
    })
  }

  function choiceDeltas(choice: JsonObject): Delta[] {
    const delta = objectAt(choice, 'delta')
    const deltas: Delta[] = []
    const thinking = thinkingText(delta)
    if (thinking !== '') deltas.push({ kind: 'thinking', text: thinking })
    deltas.push(...signatureDeltas(delta))
    const text = looseText(delta.content)
    if (text !== '') deltas.push({ kind: 'text', text })
    const refusal = textOf(delta.refusal)
    if (refusal !== '') {
      refusedToAnswer = true
      deltas.push({ kind: 'refusal', text: refusal })
    }
    deltas.push(...toolDeltas(delta))
    if (typeof choice.finish_reason === 'string') {
      const reason = readChatFinish(choice.finish_reason, calls.size > 0, refusedToAnswer)
      deltas.push({ kind: 'finish', reason, stopSequence: null })
    }
    return deltas
  }

  return ({ data }) => {
    const message = errorOf(data)
    if (message !== null) return [{ kind: 'error', message }]
    const deltas: Delta[] = []
    if (!started) {
      started = true
      deltas.push({ kind: 'start', id: textOf(data.id), usage: null })
    }
    const choice = objectsOf(data.choices)[0]
    if (choice) deltas.push(...choiceDeltas(choice))
    const usage = readChatUsage(data)
    if (usage) deltas.push({ kind: 'usage', usage })
    return deltas
  }
}
