import { randomUUID } from 'node:crypto'
import type { Usage } from '../usage.ts'
import type { JsonObject } from './json.ts'

/** The wire formats the relay translates between. */
export type Dialect = 'chat' | 'responses' | 'messages' | 'gemini'

/** Where the bytes of a picture, sound or document are. */
export type Source =
  | { kind: 'url'; url: string }
  /** `data` is base64. */
  | { kind: 'data'; mediaType: string; data: string }
  /** Stored with one provider; no other can read it. */
  | { kind: 'file'; fileId: string }
  /** A document that is plain text. */
  | { kind: 'text'; text: string }

/** What proves to a provider that a thought is its own. Only the provider who signed can read it. */
export interface Signature {
  by: Dialect
  value: string
}

export interface TextPart {
  kind: 'text'
  text: string
}

export interface ThinkingPart {
  kind: 'thinking'
  text: string
  signature?: Signature
  /** The thought is only in the signature, unreadable to people. */
  redacted?: boolean
}

export interface ToolCallPart {
  kind: 'toolCall'
  id: string
  name: string
  /** JSON as the model wrote it. */
  arguments: string
  signature?: Signature
}

export interface RefusalPart {
  kind: 'refusal'
  text: string
}

export interface ImagePart {
  kind: 'image'
  source: Source
  /** How closely the model looks: low, high, auto. */
  detail?: string
}

export interface DocumentPart {
  kind: 'document'
  source: Source
  name?: string
}

export interface AudioPart {
  kind: 'audio'
  source: Source
}

/** What a tool may answer with. */
export type ContentPart = TextPart | ImagePart | DocumentPart | AudioPart

export interface ToolResultPart {
  kind: 'toolResult'
  callId: string
  parts: ContentPart[]
  isError: boolean
}

/** What a model may answer with. */
export type AnswerPart = TextPart | ThinkingPart | ToolCallPart | RefusalPart

export type Part = ContentPart | AnswerPart | ToolResultPart

export interface Turn {
  role: 'system' | 'user' | 'assistant'
  parts: Part[]
  /** Where it stands in the client's request, for messages about what is wrong with it. */
  path: string
}

/** Whether a turn is of results of tools: those are never mixed with anything else, so one of many tells. */
export const isOfResults = ({ parts }: Turn): boolean => parts.length === 0 || parts[0]?.kind === 'toolResult'

export interface Tool {
  name: string
  description?: string
  /** JSON schema of the arguments. */
  schema: JsonObject
  strict?: boolean
}

export type ToolChoice = { kind: 'auto' | 'none' | 'required' } | { kind: 'one'; name: string }

export type ResponseFormat =
  { kind: 'json' } | { kind: 'schema'; name: string; description?: string; schema: JsonObject; strict?: boolean }

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof efforts)[number]

/** How much the model shall think: as a word, as a number of tokens, or as it sees fit. */
export interface Thinking {
  effort?: Effort
  budgetTokens?: number
  /** Whether thoughts shall be shown in the answer. */
  isShown: boolean
}

/** One request, in no provider's words. What is undefined was not asked for. */
export interface Conversation {
  model: string
  stream: boolean
  /** Leading instructions; later ones are turns of the role system. */
  system: TextPart[]
  turns: Turn[]
  tools: Tool[]
  toolChoice?: ToolChoice
  /** False: at most one tool call an answer. */
  parallelToolCalls?: boolean
  maxTokens?: number
  temperature?: number
  topP?: number
  topK?: number
  stop?: string[]
  seed?: number
  presencePenalty?: number
  frequencyPenalty?: number
  responseFormat?: ResponseFormat
  thinking?: Thinking
  verbosity?: string
  /** Who is behind the request, for the provider's own safety checks. */
  user?: string
  metadata?: JsonObject
  /** auto, default, flex, priority. */
  serviceTier?: string
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'refusal'

/** One whole answer. */
export interface Answer {
  id: string
  parts: AnswerPart[]
  finish: FinishReason
  /** The stop sequence that was met. */
  stopSequence: string | null
  /** Null if the provider did not say. */
  usage: Usage | null
}

/** One step of an answer that is being streamed. */
export type Delta =
  | { kind: 'start'; id: string; usage: Usage | null }
  | { kind: 'text'; text: string }
  | { kind: 'refusal'; text: string }
  | { kind: 'thinking'; text: string }
  /** Ends the thought at hand; `redacted` if the signature is all there is of it. */
  | { kind: 'signature'; signature: Signature; redacted: boolean }
  /** Calls are numbered from 0 in the order they begin. */
  | { kind: 'toolCall'; call: number; id: string; name: string; signature?: Signature }
  | { kind: 'toolArguments'; call: number; text: string }
  | { kind: 'finish'; reason: FinishReason; stopSequence: string | null }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'error'; message: string }

/** One event of an upstream's stream, its data parsed. */
export interface StreamEvent {
  name: string | null
  data: JsonObject
}

/** What writing an answer needs to know about its request. */
export interface AnswerContext {
  /** The client's request, in the client's dialect. */
  request: JsonObject
  /** The model as the client named it. */
  model: string
  /** Input tokens as counted before the call, for dialects that tell them first. */
  inputTokens?: number
}

/** Writes the stream of one answer as server-sent events. */
export interface StreamWriter {
  write(delta: Delta): string
  /** The last events after a good end. */
  end(): string
  /** The event that tells the client the answer failed; nothing may follow it. */
  fail(message: string): string
}

export function newId(prefix: string): string {
  return `${prefix}${randomUUID().replaceAll('-', '')}`
}

/** An upstream's id in the form clients of a dialect expect. */
export function prefixedId(prefix: string, id: string): string {
  if (id === '') return newId(prefix)
  return id.startsWith(prefix) ? id : `${prefix}${id}`
}

/** All text among parts, joined. */
export function joinedText(parts: readonly Part[], separator = ''): string {
  return parts
    .filter((part) => part.kind === 'text')
    .map((part) => part.text)
    .join(separator)
}
