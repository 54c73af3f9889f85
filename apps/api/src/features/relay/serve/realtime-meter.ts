import { countTokens } from '../dialects/count-prompt.ts'
import { isObject, objectAt, parsed, textOf } from '../dialects/json.ts'
import { readUsage } from '../dialects/meter.ts'
import { addUsage, noUsage, type Usage } from '../usage.ts'

/** Counts along with a realtime session, from what the upstream says in it. */
export interface RealtimeMeter {
  /** Takes a frame of the upstream's. Answers whether it told what a response used. */
  hear(frame: Buffer): boolean
  /** Whether a response is under way, of which the upstream has not told what it used. */
  isAnswering(): boolean
  /** What was used so far: as the upstream told and, of responses under way, as it is counted here. */
  usage(): Usage
}

/** Of a response under way this much text is kept. */
const keptCharactersMax = 256 * 1024

/**
 * Pieces of sound are most of what comes, and tell nothing of use. Told by how the event begins: further in, a client could
 * have put anything into it.
 */
const soundForm = /^\s*\{\s*(?:"event_id"\s*:\s*"[^"]*"\s*,\s*)?"type"\s*:\s*"response\.(?:output_)?audio\.delta"/

export function createRealtimeMeter(): RealtimeMeter {
  let told = noUsage
  /** The text of responses under way, by their ids. */
  const underWay = new Map<string, string>()

  function keep(responseId: string, delta: string): void {
    const text = underWay.get(responseId)
    if (text !== undefined && text.length < keptCharactersMax) underWay.set(responseId, text + delta)
  }

  return {
    hear(frame) {
      if (soundForm.test(frame.toString('latin1', 0, 256))) return false
      const event = parsed(frame.toString())
      if (!isObject(event)) return false
      const type = textOf(event.type)
      const response = objectAt(event, 'response')
      if (type === 'response.created') underWay.set(textOf(response.id), '')
      else if (type.endsWith('.delta')) keep(textOf(event.response_id), textOf(event.delta))
      if (type !== 'response.done') return false
      underWay.delete(textOf(response.id))
      told = addUsage(told, readUsage('responses', response) ?? noUsage)
      return true
    },
    isAnswering: () => underWay.size > 0,
    usage() {
      const outputTokens = countTokens([...underWay.values()].join('\n'))
      return addUsage(told, { ...noUsage, outputTokens })
    },
  }
}
