import { isObject, objectAt, objectsOf, parsed, textOf, type JsonObject } from '../dialects/json.ts'
import { createMeter } from '../dialects/meter.ts'
import { noUsage, type Usage } from '../usage.ts'
import { createSplitter, eventsOf, readEvent, writeEvent, type SseEvent } from './sse.ts'
import { breakOffEvent, type StreamFault, type StreamRelay } from './stream-relay.ts'

/** APIs whose streams are handed on as the upstream writes them. */
export type StreamedApi = 'chat' | 'completions' | 'responses' | 'messages' | 'media'

interface PassthroughOptions {
  /** Whether the client asked for a usage chunk (chat and completions): the upstream is asked in any case. */
  isUsageWanted: boolean
}

/** What is kept of a stream to count what was delivered, should it break off. */
const keptBytesMax = 128 * 1024

const finishMark = /"finish_reason":\s*"/
const emptyUsage = /,"usage":\s*null/g
/** Of a second choice; calls of tools are numbered too, and are looked at once more for nothing. */
const otherIndex = /"index":\s*[1-9]/

/** Each brings a picture that is done. */
const pictureEvents = new Set(['image_generation.completed', 'image_edit.completed'])

/** Events after which an answer is complete, in the dialects that name their events. */
const lastEvents = new Set([
  'message_stop',
  'response.completed',
  'response.incomplete',
  'response.failed',
  ...pictureEvents,
  'transcript.text.done',
  'speech.audio.done',
])

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) ? value : null

/** What an error event says. Its code is a status only where it looks like one. */
function faultOf(data: JsonObject): StreamFault | null {
  const error = isObject(data.error) ? data.error : data.type === 'error' ? data : null
  if (!error) return null
  const said = numberOf(error.status) ?? numberOf(error.code) ?? 0
  const message = typeof error.message === 'string' ? error.message : 'The upstream reported an error.'
  const byType = error.type === 'overloaded_error' ? 529 : error.type === 'rate_limit_error' ? 429 : 502
  return { status: said >= 400 && said < 600 ? said : byType, message }
}

function parse(data: string): JsonObject | null {
  const value = parsed(data)
  return isObject(value) ? value : null
}

/** Follows the answers that come side by side: a stream is complete when all that began have finished. */
function createChoices() {
  const begun = new Set<number>()
  const finished = new Set<number>()
  let isMany = false

  return {
    see(data: JsonObject): void {
      for (const choice of objectsOf(data.choices)) {
        const index = numberOf(choice.index) ?? 0
        begun.add(index)
        isMany ||= index > 0
        if (textOf(choice.finish_reason) !== '') finished.add(index)
      }
    },
    isMany: () => isMany,
    areDone: () => finished.size > 0 && finished.size === begun.size,
  }
}

/**
 * Hands a stream on in the dialect it came in. Bytes that hold nothing but content pass as they are; only events that may
 * say something about usage, the end or an error are read.
 */
export function createPassthrough(api: StreamedApi, { isUsageWanted }: PassthroughOptions): StreamRelay {
  const splitter = createSplitter()
  const meter = createMeter(api === 'media' ? 'completions' : api)
  const isChat = api === 'chat' || api === 'completions'
  const kept: Buffer[] = []
  let keptBytes = 0
  const choices = createChoices()
  let pictures = 0
  let hasBegun = false
  let isComplete = false
  let fault: StreamFault | null = null
  let serviceTier: string | null = null
  let responseId: string | null = null

  /**
   * What goes on of events that hold nothing but content, without reading them one by one; null where there may be more.
   * Inside a text the quotes of what is looked for would be escaped.
   */
  function passPlain(whole: Buffer): Buffer | null {
    // Marks are ASCII, so bytes may pass for characters.
    const text = whole.toString('latin1')
    if (choices.isMany() || otherIndex.test(text)) return null
    if (text.startsWith(':') || text.includes('\n:') || text.includes('\r')) return null
    if (text.includes('[DONE]') || text.includes('"error"') || (!isComplete && finishMark.test(text))) return null
    if (serviceTier === null && text.includes('"service_tier"')) return null
    if (!text.includes('"usage"')) return whole
    const stripped = text.replaceAll(emptyUsage, '')
    if (stripped.includes('"usage"')) return null
    return isUsageWanted ? whole : Buffer.from(stripped, 'latin1')
  }

  function keep(whole: Buffer): void {
    if (keptBytes > keptBytesMax) return
    kept.push(whole)
    keptBytes += whole.length
  }

  /** Reads an event of chat or completions; answers what goes on of it. */
  function passChat(event: SseEvent): string {
    if (event.data === '[DONE]') return ''
    const data = parse(event.data)
    if (data) {
      fault ??= data.choices === undefined ? faultOf(data) : null
      meter.event(event.name, data)
      if (typeof data.service_tier === 'string') serviceTier = data.service_tier
      choices.see(data)
      isComplete = choices.areDone()
      if (isObject(data.usage)) {
        const isBare = !Array.isArray(data.choices) || data.choices.length === 0
        if (isUsageWanted)
          return writeEvent({ ...event, data: isBare ? JSON.stringify({ ...data, choices: [] }) : event.data })
        if (isBare) return ''
        const { usage: _, ...others } = data
        return writeEvent({ ...event, data: JSON.stringify(others) })
      }
    }
    return writeEvent(isUsageWanted ? event : { ...event, data: event.data.replaceAll(emptyUsage, '') })
  }

  function passNamed(event: SseEvent): string {
    if (event.data === '[DONE]') return ''
    const data = parse(event.data)
    if (data) {
      const type = event.name ?? (typeof data.type === 'string' ? data.type : '')
      if (type === 'error') fault ??= faultOf(data)
      if (lastEvents.has(type)) isComplete = true
      if (pictureEvents.has(type)) pictures += 1
      meter.event(event.name, data)
      const response = objectAt(data, 'response')
      if (typeof response.service_tier === 'string') serviceTier = response.service_tier
      if (typeof response.id === 'string') responseId ??= response.id
    }
    return writeEvent(event)
  }

  function passEvents(whole: Buffer): string {
    let out = ''
    for (const { from, to } of eventsOf(whole)) {
      const event = readEvent(whole.toString('utf8', from, to))
      if (event) out += isChat ? passChat(event) : passNamed(event)
    }
    return out
  }

  function usage(): Usage | null {
    const told = meter.usage()
    if (pictures === 0) return told
    // What these endpoints put out is pictures, whether or not it is said.
    const imageOutputTokens = told ? told.imageOutputTokens || told.outputTokens : 0
    return { ...(told ?? noUsage), imageOutputTokens, images: pictures }
  }

  /** Whether more than the frame of an answer has come. What is no text has no frame. */
  const hasContent = (hasAny: boolean): boolean => isComplete || (api === 'media' ? hasAny : meter.text() !== '')

  function push(chunk: Buffer): Buffer | string | null {
    const whole = splitter.push(chunk)
    if (whole === null) return null
    keep(whole)
    const plain = isChat && hasBegun ? passPlain(whole) : null
    const out = plain ?? passEvents(whole)
    if (!hasBegun && fault === null) hasBegun = hasContent(out.length > 0)
    return out.length > 0 ? out : null
  }

  return {
    push,
    end() {
      const rest = splitter.rest().trim() === '' ? '' : passEvents(Buffer.from(`${splitter.rest()}\n\n`))
      if (!isComplete || fault !== null) return null
      return isChat ? `${rest}data: [DONE]\n\n` : rest
    },
    breakOff: (message) => breakOffEvent(api, message),
    hasBegun: () => hasBegun,
    fault: () => fault,
    sent: () => null,
    usage,
    serviceTier: () => serviceTier,
    responseId: () => responseId,
    deliveredText() {
      const reader = createMeter(api === 'media' ? 'completions' : api)
      for (const whole of kept) {
        for (const { from, to } of eventsOf(whole)) {
          const event = readEvent(whole.toString('utf8', from, to))
          const data = event && event.data !== '[DONE]' ? parse(event.data) : null
          if (event && data) reader.event(event.name, data)
        }
      }
      return reader.text()
    },
  }
}
