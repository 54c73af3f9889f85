import { noUsage, type Usage } from '../usage.ts'
import { findChatUsage, readChatUsage } from './chat/usage.ts'
import { looseText } from './chat/content.ts'
import { thinkingText } from './chat/reasoning.ts'
import type { Dialect } from './conversation.ts'
import { findGeminiUsage, readGeminiMetadata, readGeminiUsage } from './gemini/usage.ts'
import { countOf, isObject, type JsonObject, objectAt, objectsOf, textOf } from './json.ts'
import { mergeUsage } from './merge-usage.ts'
import { findMessagesUsage, readMessagesUsage } from './messages/usage.ts'
import { readOpenAiUsage } from './openai-usage.ts'
import { countSearches, findResponsesUsage, readResponsesUsage } from './responses/usage.ts'

/** Everything whose use is counted: the dialects, and OpenAI's other endpoints. */
export type Metered = Dialect | 'completions' | 'embeddings' | 'images' | 'audio' | 'rerank'

/** Pictures are billed by the piece where no tokens are told. */
function readImagesUsage(body: JsonObject): Usage | null {
  const images = objectsOf(body.data).length
  const raw = objectAt(body, 'usage')
  const usage = readOpenAiUsage(raw)
  if (!usage) return images > 0 ? { ...noUsage, images } : null
  // What this endpoint puts out is pictures, whether or not it says so.
  const told = objectAt(raw, 'output_tokens_details').image_tokens
  return { ...usage, imageOutputTokens: told === undefined ? usage.outputTokens : usage.imageOutputTokens, images }
}

/** Cohere bills units of search, others tokens. */
function readRerankUsage(body: JsonObject): Usage | null {
  const meta = objectAt(body, 'meta')
  const billed = objectAt(meta, 'billed_units')
  const searches = countOf(billed.search_units)
  const usage =
    readOpenAiUsage(objectAt(body, 'usage')) ?? readOpenAiUsage(objectAt(meta, 'tokens')) ?? readOpenAiUsage(billed)
  return searches > 0 ? { ...(usage ?? noUsage), searches } : usage
}

/** What a whole answer says it used; null if it does not say. */
export function readUsage(metered: Metered, body: unknown): Usage | null {
  if (!isObject(body)) return null
  switch (metered) {
    case 'chat':
    case 'completions':
    case 'embeddings':
    case 'audio':
      return readChatUsage(body)
    case 'responses':
      return readResponsesUsage(body)
    case 'messages': {
      const usage = findMessagesUsage(body)
      return usage && readMessagesUsage(usage)
    }
    case 'gemini':
      return readGeminiUsage(body)
    case 'images':
      return readImagesUsage(body)
    default:
      return readRerankUsage(body)
  }
}

/** What one event of a stream tells. */
interface Reading {
  usage: JsonObject | null
  finish: string | null
  texts: string[]
}

function chatTexts(choice: JsonObject): string[] {
  const delta = objectAt(choice, 'delta')
  const calls = objectsOf(delta.tool_calls).flatMap((call) => {
    const called = objectAt(call, 'function')
    return [textOf(called.name), textOf(called.arguments)]
  })
  const spoken = textOf(objectAt(delta, 'audio').transcript)
  // `text` is what a chunk of the old completions carries.
  return [thinkingText(delta), looseText(delta.content), textOf(delta.refusal), spoken, textOf(choice.text), ...calls]
}

function readChatEvent(_name: string | null, data: JsonObject): Reading {
  const choices = objectsOf(data.choices)
  const finish = choices.map((choice) => textOf(choice.finish_reason)).find((reason) => reason !== '')
  return { usage: findChatUsage(data), finish: finish ?? null, texts: choices.flatMap(chatTexts) }
}

function readMessagesEvent(_name: string | null, data: JsonObject): Reading {
  const delta = objectAt(data, 'delta')
  const texts = [delta.text, delta.thinking, delta.partial_json, objectAt(data, 'content_block').name]
  return { usage: findMessagesUsage(data), finish: textOf(delta.stop_reason) || null, texts: texts.map(textOf) }
}

const responseEnds = new Set(['response.completed', 'response.incomplete', 'response.failed'])

function readResponsesEvent(name: string | null, data: JsonObject): Reading {
  const type = textOf(data.type) || (name ?? '')
  const usage = findResponsesUsage(data)
  const searches = countSearches(objectAt(data, 'response'))
  return {
    // Kept under a name of our own, since the usage object does not have it.
    usage: usage && { ...usage, searches },
    finish: responseEnds.has(type) ? textOf(objectAt(data, 'response').status) || type : null,
    texts: type.endsWith('.delta') ? [textOf(data.delta)] : [],
  }
}

function readGeminiEvent(_name: string | null, data: JsonObject): Reading {
  const candidate = objectsOf(data.candidates)[0] ?? {}
  const texts = objectsOf(objectAt(candidate, 'content').parts).map((part) => {
    const call = part.functionCall
    return isObject(call) ? JSON.stringify(call) : textOf(part.text)
  })
  return { usage: findGeminiUsage(data), finish: textOf(candidate.finishReason) || null, texts }
}

const partsText = (value: unknown): string[] =>
  objectsOf(value).map((part) => textOf(part.text) || textOf(part.refusal))

function messagesBlockTexts({ text, thinking, name, input }: JsonObject): string[] {
  return [textOf(text), textOf(thinking), textOf(name), isObject(input) ? JSON.stringify(input) : '']
}

function responsesItemTexts({ content, summary, name, arguments: given }: JsonObject): string[] {
  return [...partsText(content), ...partsText(summary), textOf(name), textOf(given)]
}

/** What a whole answer says: text, thoughts and calls of tools, to count it where the upstream did not. */
export function textOfAnswer(metered: Metered, body: JsonObject): string {
  if (metered === 'messages') return objectsOf(body.content).flatMap(messagesBlockTexts).join('')
  if (metered === 'responses') return objectsOf(body.output).flatMap(responsesItemTexts).join('')
  if (metered === 'gemini') return readGeminiEvent(null, body).texts.join('')
  if (metered !== 'chat' && metered !== 'completions') return ''
  const choices = objectsOf(body.choices).map((choice) => ({ ...choice, delta: choice.message }))
  return choices.flatMap(chatTexts).join('')
}

const readEvent: Record<Dialect | 'completions', (name: string | null, data: JsonObject) => Reading> = {
  chat: readChatEvent,
  completions: readChatEvent,
  messages: readMessagesEvent,
  responses: readResponsesEvent,
  gemini: readGeminiEvent,
}

function readStreamedUsage(dialect: Dialect | 'completions', raw: JsonObject): Usage | null {
  if (dialect === 'messages') return readMessagesUsage(raw)
  if (dialect === 'gemini') return readGeminiMetadata(raw)
  const usage = readOpenAiUsage(raw)
  const searches = countOf(raw.searches)
  return usage && searches > 0 ? { ...usage, searches } : usage
}

/** Of the text delivered this much is kept, for the bill of a stream that breaks. */
const keptCharactersMax = 1024 * 1024

export interface Meter {
  /** Takes one event of the upstream's stream, its data parsed. */
  event(name: string | null, data: unknown): void
  /** What the upstream said it used so far; null if it has not said. */
  usage(): Usage | null
  /** Why the upstream stopped, in its own words; null if it has not. */
  finishReason(): string | null
  /** What was delivered so far: text, thoughts and calls of tools, at most 1 MB. */
  text(): string
}

/** Counts along with a stream. */
export function createMeter(dialect: Dialect | 'completions'): Meter {
  const read = readEvent[dialect]
  const texts: string[] = []
  let keptCharacters = 0
  let rawUsage: JsonObject | null = null
  let finishReason: string | null = null

  function keep(text: string) {
    const room = keptCharactersMax - keptCharacters
    if (text === '' || room <= 0) return
    texts.push(text.length > room ? text.slice(0, room) : text)
    keptCharacters += Math.min(text.length, room)
  }

  return {
    event(name, data) {
      if (!isObject(data)) return
      const reading = read(name, data)
      if (reading.usage) rawUsage = mergeUsage(rawUsage, reading.usage)
      finishReason = reading.finish ?? finishReason
      for (const text of reading.texts) keep(text)
    },
    usage: () => rawUsage && readStreamedUsage(dialect, rawUsage),
    finishReason: () => finishReason,
    text: () => texts.join(''),
  }
}
