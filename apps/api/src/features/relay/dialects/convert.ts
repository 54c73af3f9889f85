import type { Answer, AnswerContext, Conversation, Delta, Dialect, StreamEvent, StreamWriter } from './conversation.ts'
import { readChatAnswer, writeChatAnswer } from './chat/answer.ts'
import { readChatRequest } from './chat/read-request.ts'
import { createChatStreamReader } from './chat/read-stream.ts'
import { writeChatRequest } from './chat/write-request.ts'
import { createChatStreamWriter } from './chat/write-stream.ts'
import { DialectError, unreadable } from './dialect-error.ts'
import { readGeminiAnswer, writeGeminiAnswer } from './gemini/answer.ts'
import { readGeminiRequest } from './gemini/read-request.ts'
import { createGeminiStreamReader } from './gemini/read-stream.ts'
import { writeGeminiRequest } from './gemini/write-request.ts'
import { createGeminiStreamWriter } from './gemini/write-stream.ts'
import { isObject, type JsonObject, parsed, refuseDeepNesting } from './json.ts'
import { readMessagesAnswer, writeMessagesAnswer } from './messages/answer.ts'
import { readMessagesRequest } from './messages/read-request.ts'
import { createMessagesStreamReader } from './messages/read-stream.ts'
import { writeMessagesRequest } from './messages/write-request.ts'
import { createMessagesStreamWriter } from './messages/write-stream.ts'

import { readResponsesAnswer, writeResponsesAnswer } from './responses/answer.ts'
import { readResponsesRequest } from './responses/read-request.ts'
import { createResponsesStreamReader } from './responses/read-stream.ts'
import { writeResponsesRequest } from './responses/write-request.ts'
import { createResponsesStreamWriter } from './responses/write-stream.ts'

export type { AnswerContext, Dialect } from './conversation.ts'

/** What each dialect can do. Every conversion is one dialect's read and another's write, so four of each make twelve pairs. */
interface DialectVerbs {
  readRequest: (body: JsonObject) => Conversation
  writeRequest: (conversation: Conversation) => JsonObject
  readAnswer: (body: JsonObject) => Answer
  writeAnswer: (answer: Answer, context: AnswerContext) => JsonObject
  createStreamReader: () => (event: StreamEvent) => Delta[]
  createStreamWriter: (context: AnswerContext) => StreamWriter
}

const dialects: Record<Dialect, DialectVerbs> = {
  chat: {
    readRequest: readChatRequest,
    writeRequest: writeChatRequest,
    readAnswer: readChatAnswer,
    writeAnswer: writeChatAnswer,
    createStreamReader: createChatStreamReader,
    createStreamWriter: createChatStreamWriter,
  },
  responses: {
    readRequest: readResponsesRequest,
    writeRequest: writeResponsesRequest,
    readAnswer: readResponsesAnswer,
    writeAnswer: writeResponsesAnswer,
    createStreamReader: createResponsesStreamReader,
    createStreamWriter: createResponsesStreamWriter,
  },
  messages: {
    readRequest: readMessagesRequest,
    writeRequest: writeMessagesRequest,
    readAnswer: readMessagesAnswer,
    writeAnswer: writeMessagesAnswer,
    createStreamReader: createMessagesStreamReader,
    createStreamWriter: createMessagesStreamWriter,
  },
  gemini: {
    readRequest: readGeminiRequest,
    writeRequest: writeGeminiRequest,
    readAnswer: readGeminiAnswer,
    writeAnswer: writeGeminiAnswer,
    createStreamReader: createGeminiStreamReader,
    createStreamWriter: createGeminiStreamWriter,
  },
}

/** A client's request in the dialect of the channel. Throws a DialectError for what cannot be carried over. */
export function convertRequest(from: Dialect, to: Dialect, body: JsonObject): JsonObject {
  if (from === to) return body
  refuseDeepNesting(body)
  return dialects[to].writeRequest(dialects[from].readRequest(body))
}

/** An upstream's whole answer in the dialect of the client. */
export function convertAnswer(from: Dialect, to: Dialect, body: unknown, context: AnswerContext): JsonObject {
  if (!isObject(body)) throw unreadable('an answer that is no JSON object')
  return dialects[to].writeAnswer(dialects[from].readAnswer(body), context)
}

export interface StreamConverter {
  /** Takes one event of the upstream; answers the text for the client, which may be empty. */
  push(event: { name: string | null; data: string }): string
  /** To be called when the upstream's stream has ended: the last events, or an error if the answer was cut short. */
  end(): string
  /** To be called when the upstream broke: tells the client. Nothing more is written afterwards. */
  fail(message: string): string
  /** The upstream has said why it stopped, so the answer is whole. */
  readonly isFinished: boolean
  /** What the upstream or the converter found wrong; the client has been told. */
  readonly failure: string | null
}

/** Turns an upstream's stream into the client's. */
export function createStreamConverter(from: Dialect, to: Dialect, context: AnswerContext): StreamConverter {
  const read = dialects[from].createStreamReader()
  const writer = dialects[to].createStreamWriter(context)
  let isFinished = false
  let failure: string | null = null

  function fail(message: string): string {
    if (failure !== null) return ''
    failure = message
    return writer.fail(message)
  }

  function step(delta: Delta): string {
    if (failure !== null) return ''
    if (delta.kind === 'error') return fail(delta.message)
    // Only usage may follow the end: some upstreams repeat their reason or trail empty texts.
    if (isFinished && delta.kind !== 'usage') return ''
    if (delta.kind === 'finish') isFinished = true
    return writer.write(delta)
  }

  function readDeltas(event: StreamEvent): Delta[] {
    try {
      return read(event)
    } catch (error) {
      if (error instanceof DialectError) return [{ kind: 'error', message: error.message }]
      throw error
    }
  }

  return {
    push({ name, data }) {
      if (failure !== null || data === '[DONE]') return ''
      const value = parsed(data)
      if (!isObject(value)) return fail('The provider sent an event that cannot be read.')
      let written = ''
      for (const delta of readDeltas({ name, data: value })) written += step(delta)
      return written
    },
    end() {
      if (failure !== null) return ''
      return isFinished ? writer.end() : fail('The provider ended its answer early.')
    },
    fail,
    get isFinished() {
      return isFinished
    },
    get failure() {
      return failure
    },
  }
}
