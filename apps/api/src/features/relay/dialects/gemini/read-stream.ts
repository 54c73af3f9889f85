import type { AnswerPart, Delta, StreamEvent } from '../conversation.ts'
import { objectAt, textOf } from '../json.ts'
import { candidateOf, readGeminiFinish } from './answer.ts'
import { readGeminiUsage } from './usage.ts'

/** Reads the chunks of generated content. Calls come whole. */
export function createGeminiStreamReader(): (event: StreamEvent) => Delta[] {
  let started = false
  let callCount = 0

  function partDeltas(part: AnswerPart): Delta[] {
    if (part.kind !== 'toolCall') return [{ kind: part.kind, text: part.text }]
    const { id, name, signature } = part
    const call = callCount++
    return [
      { kind: 'toolCall', call, id, name, ...(signature && { signature }) },
      { kind: 'toolArguments', call, text: part.arguments },
    ]
  }

  return ({ data }) => {
    if (data.error) {
      const message = textOf(objectAt(data, 'error').message)
      return [{ kind: 'error', message: message || 'The provider reported an error.' }]
    }
    const usage = readGeminiUsage(data)
    const deltas: Delta[] = []
    if (!started) deltas.push({ kind: 'start', id: textOf(data.responseId), usage })
    started = true
    const candidate = candidateOf(data)
    if (candidate) {
      deltas.push(...candidate.parts.flatMap(partDeltas))
      if (typeof candidate.finishReason === 'string')
        deltas.push({
          kind: 'finish',
          reason: readGeminiFinish(candidate.finishReason, callCount > 0),
          stopSequence: null,
        })
    }
    if (usage) deltas.push({ kind: 'usage', usage })
    return deltas
  }
}
