import { isJson, listOf, objectOf, objectsOf, stringOf } from './json.ts'
import { audioTokens, countTokens, imageTokens, tokensOf } from './tokens.ts'

/** A question, read from any of the wire formats. */
export interface Ask {
  /** Every text of the prompt, for counting. */
  texts: string[]
  /** The last thing the person said. */
  lastText: string
  /** What the tool answered, if that is the last message. */
  toolResult?: string
  images: number
  audios: number
  maxTokens?: number
  stops: string[]
  tools: Tool[]
  toolChoice: 'auto' | 'none' | 'required' | { name: string }
  /** The answer is to be JSON, of this schema if there is one. */
  json?: { schema?: unknown }
  thinking: boolean
  /** The model may search the web. */
  search: boolean
  /** The answer is spoken as well. */
  speak?: boolean
}

export interface Tool {
  name: string
  schema: unknown
}

/** The answer, to be dressed in any of the wire formats. */
export interface Answer {
  text: string
  /** The text, a token each. */
  pieces: string[]
  thinking: string[]
  toolCalls: { name: string; arguments: string }[]
  finish: 'stop' | 'length' | 'tool'
  stopSequence: string | null
  searches: number
  inputTokens: number
  audioInputTokens: number
  imageInputTokens: number
  /** All output, thinking and sound included. */
  outputTokens: number
  thinkingTokens: number
  audioOutputTokens: number
}

/**
 * The same question always gets the same answer: `You said: ` and the last thing said, or a call of a tool when one is
 * forced or the person writes "call the tool" ("call the tools" calls all), or JSON that fits the schema asked for.
 * "search the web" makes one search. `says` replaces the text, however long.
 */
export function answer(ask: Ask, says?: string): Answer {
  const images = ask.images * imageTokens
  const audio = ask.audios * audioTokens
  const input = ask.texts.reduce((sum, text) => sum + countTokens(text), 0) + images + audio
  const thinking = ask.thinking ? tokensOf(`Thinking about: ${ask.lastText}`) : []
  const toolCalls = says === undefined ? toolsCalled(ask) : []
  const written =
    says === undefined ? limited(ask, toolCalls.length > 0 ? '' : textOf(ask), thinking.length) : unlimited(says)
  const called = toolCalls.reduce((sum, call) => sum + countTokens(call.name) + countTokens(call.arguments), 0)
  const spoken = ask.speak === true ? audioTokens : 0
  return {
    ...written,
    text: written.pieces.join(''),
    thinking,
    toolCalls,
    finish: toolCalls.length > 0 ? 'tool' : written.finish,
    searches: ask.search && ask.lastText.toLowerCase().includes('search the web') ? 1 : 0,
    inputTokens: input,
    audioInputTokens: audio,
    imageInputTokens: images,
    outputTokens: thinking.length + written.pieces.length + called + spoken,
    thinkingTokens: thinking.length,
    audioOutputTokens: spoken,
  }
}

/** Prompts of 1,024 tokens and more are taken to be in the cache, in steps of 128. */
export function cachedTokensOf(inputTokens: number): number {
  return inputTokens < 1024 ? 0 : inputTokens - (inputTokens % 128)
}

function textOf(ask: Ask): string {
  if (ask.toolResult !== undefined) return `The tool said: ${ask.toolResult}`
  if (ask.json?.schema !== undefined) return JSON.stringify(sampleOf(ask.json.schema))
  if (ask.json) return JSON.stringify({ you_said: ask.lastText })
  return `You said: ${ask.lastText}`
}

type Written = Pick<Answer, 'pieces' | 'finish' | 'stopSequence'>

function unlimited(text: string): Written {
  return { pieces: tokensOf(text), finish: 'stop', stopSequence: null }
}

function limited(ask: Ask, text: string, thinkingTokens: number): Written {
  const stop = ask.stops
    .map((sequence) => ({ sequence, at: sequence === '' ? -1 : text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0]
  const pieces = tokensOf(stop ? text.slice(0, stop.at) : text)
  const room = Math.max((ask.maxTokens ?? Infinity) - thinkingTokens, 0)
  if (pieces.length > room) return { pieces: pieces.slice(0, room), finish: 'length', stopSequence: null }
  return { pieces, finish: 'stop', stopSequence: stop?.sequence ?? null }
}

function toolsCalled({ tools, toolChoice, lastText, toolResult }: Ask): Answer['toolCalls'] {
  if (toolChoice === 'none' || toolResult !== undefined) return []
  const said = lastText.toLowerCase()
  const forced = toolChoice !== 'auto'
  if (!forced && !said.includes('call the tool')) return []
  const meant = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools
  const called = said.includes('call the tools') ? meant : meant.slice(0, 1)
  return called.map(({ name, schema }) => ({ name, arguments: JSON.stringify(sampleOf(schema)) }))
}

/** The text of a message's content, which is a text or blocks of which some are. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  const texts = objectsOf(content).map(({ text }) => text)
  return texts.filter((text) => typeof text === 'string').join('\n')
}

/** A value that fits a JSON schema, good enough for schemas of tools and structured answers. */
function sampleOf(schema: unknown): unknown {
  const { type, enum: options, const: constant, properties, items, anyOf, default: preset } = objectOf(schema)
  if (constant !== undefined) return constant
  if (preset !== undefined) return preset
  if (Array.isArray(options)) return options[0]
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0])
  const kind = stringOf(listOf(type)[0] ?? type).toLowerCase()
  if (kind === 'number' || kind === 'integer') return 1
  if (kind === 'boolean') return true
  if (kind === 'null') return null
  if (kind === 'array') return [sampleOf(items)]
  if (kind === 'object' || isJson(properties))
    return Object.fromEntries(Object.entries(objectOf(properties)).map(([name, each]) => [name, sampleOf(each)]))
  return kind === 'string' ? 'sample' : {}
}
