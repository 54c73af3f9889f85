import { apiOrigin } from '../../api-origin.ts'
import { readServerEvents } from './server-events.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface ChatUsage {
  inputTokens: number
  outputTokens: number
}

/** What a piece of a streamed answer brings. */
interface ChatPiece {
  text: string
  thinking: string
  usage: ChatUsage | null
}

/** Why a call failed: a code of the relay, `cut` where the answer broke off, `network` where none came. */
export class ChatFailure extends Error {
  readonly code: string
  /** Names the call in the log, if it got there. */
  readonly requestId: string | null

  constructor(code: string, message: string, requestId: string | null) {
    super(message)
    this.name = 'ChatFailure'
    this.code = code
    this.requestId = requestId
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const countOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** JSON, or undefined for anything else: a page of a proxy, say. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The failure that an answer tells of, if it does. */
function failureIn(body: unknown, requestId: string | null): ChatFailure | null {
  const error = isObject(body) ? body.error : undefined
  if (!isObject(error)) return null
  return new ChatFailure(textOf(error.code) || textOf(error.type), textOf(error.message), requestId)
}

/** Reads one chunk of a streamed chat completion. */
function readPiece(chunk: unknown): ChatPiece {
  const { choices, usage } = isObject(chunk) ? chunk : {}
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const delta = isObject(choice) && isObject(choice.delta) ? choice.delta : {}
  return {
    text: textOf(delta.content),
    thinking: textOf(delta.reasoning_content) || textOf(delta.reasoning),
    usage: isObject(usage)
      ? { inputTokens: countOf(usage.prompt_tokens), outputTokens: countOf(usage.completion_tokens) }
      : null,
  }
}

interface ChatRequest {
  model: string
  messages: readonly ChatMessage[]
  temperature?: number
  max_completion_tokens?: number
}

interface ChatCall {
  key: string
  request: ChatRequest
  signal: AbortSignal
  onPiece: (piece: ChatPiece) => void
}

/** Calls the relay as any program does, and hands on the answer as it comes; answers the name of the call in the log. */
export async function callChat({ key, request, signal, onPiece }: ChatCall): Promise<string | null> {
  const response = await askRelay('/v1/chat/completions', key, {
    method: 'POST',
    body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
    signal,
  })
  const requestId = response.headers.get('x-request-id')
  if (!response.body) throw new ChatFailure('cut', '', requestId)
  try {
    for await (const data of readServerEvents(response.body)) {
      if (data === '[DONE]') return requestId
      const chunk = parsed(data)
      const failure = failureIn(chunk, requestId)
      if (failure) throw failure
      onPiece(readPiece(chunk))
    }
  } catch (error) {
    if (signal.aborted || error instanceof ChatFailure) throw error
    throw new ChatFailure('cut', '', requestId)
  }
  throw new ChatFailure('cut', '', requestId)
}

/** The models a key may call. */
export async function listOwnModels(key: string, signal: AbortSignal): Promise<string[]> {
  const response = await askRelay('/v1/models', key, { signal })
  const body = parsed(await response.text())
  const models = isObject(body) && Array.isArray(body.data) ? body.data : []
  return models.flatMap((model: unknown) => (isObject(model) && typeof model.id === 'string' ? [model.id] : []))
}

async function askRelay(path: string, key: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(apiOrigin + path, { ...init, headers, credentials: 'omit' }).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause
    throw new ChatFailure('network', '', null)
  })
  if (response.ok) return response
  const requestId = response.headers.get('x-request-id')
  throw failureIn(parsed(await response.text()), requestId) ?? new ChatFailure('network', '', requestId)
}
