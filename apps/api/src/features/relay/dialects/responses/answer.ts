import { noUsage, type Usage } from '../../usage.ts'
import {
  type Answer,
  type AnswerContext,
  type AnswerPart,
  type FinishReason,
  newId,
  prefixedId,
  type RefusalPart,
  type TextPart,
} from '../conversation.ts'
import { DialectError, unreadable } from '../dialect-error.ts'
import { type JsonObject, objectAt, objectsOf, parsed, textOf } from '../json.ts'
import { readReasoning } from './content.ts'
import { isCutOff, type ItemStatus, writeCallItem, writeMessageItem, writeReasoningItem } from './items.ts'
import { readResponsesUsage, writeResponsesUsage } from './usage.ts'

export function readResponsesFinish(response: JsonObject, calledTool: boolean, refused: boolean): FinishReason {
  const why = objectAt(response, 'incomplete_details').reason
  if (why === 'content_filter') return 'content_filter'
  if (response.status === 'incomplete') return 'length'
  if (calledTool) return 'tool_calls'
  return refused ? 'refusal' : 'stop'
}

function readMessagePart(part: JsonObject): AnswerPart {
  if (part.type === 'refusal') return { kind: 'refusal', text: textOf(part.refusal) }
  return { kind: 'text', text: textOf(part.text) }
}

/** Items of tools that OpenAI ran itself are left out: other dialects have no place for them, the text says what came of it. */
function readItem(item: JsonObject): AnswerPart[] {
  switch (item.type) {
    case 'message':
      return objectsOf(item.content).map(readMessagePart)
    case 'reasoning':
      return [readReasoning(item, 'upstream')]
    case 'function_call':
      return [
        {
          kind: 'toolCall',
          id: textOf(item.call_id) || newId('call_'),
          name: textOf(item.name),
          arguments: textOf(item.arguments),
        },
      ]
    default:
      return []
  }
}

export function readResponsesAnswer(body: JsonObject): Answer {
  if (body.status === 'failed') {
    const message = textOf(objectAt(body, 'error').message)
    throw new DialectError(502, message || "The model's provider could not answer.")
  }
  if (!Array.isArray(body.output)) throw unreadable('an answer without output')
  const parts = objectsOf(body.output).flatMap(readItem)
  const has = (kind: AnswerPart['kind']) => parts.some((part) => part.kind === kind)
  return {
    id: textOf(body.id),
    parts,
    finish: readResponsesFinish(body, has('toolCall'), has('refusal')),
    stopSequence: null,
    usage: readResponsesUsage(body),
  }
}

function writeOutput({ parts, finish }: Answer): JsonObject[] {
  const last = isCutOff(finish) ? 'incomplete' : 'completed'
  const items: JsonObject[] = []
  let message: (TextPart | RefusalPart)[] = []
  const closeMessage = (status: ItemStatus) => {
    if (message.length > 0) items.push(writeMessageItem(newId('msg_'), message, status))
    message = []
  }
  for (const part of parts) {
    if (part.kind === 'text' || part.kind === 'refusal') {
      message.push(part)
      continue
    }
    closeMessage('completed')
    if (part.kind === 'thinking') items.push(writeReasoningItem(newId('rs_'), part))
    else items.push(writeCallItem(newId('fc_'), part, parsed(part.arguments) === undefined ? last : 'completed'))
  }
  closeMessage(last)
  return items
}

interface ResponseState {
  id: string
  createdAtSeconds: number
  /** Null while it is being made. */
  finish: FinishReason | 'failed' | null
  output: JsonObject[]
  usage: Usage | null
}

function statusOf(finish: ResponseState['finish']): string {
  if (finish === null) return 'in_progress'
  if (finish === 'failed') return 'failed'
  return isCutOff(finish) ? 'incomplete' : 'completed'
}

/** A response object: what was asked for is repeated in it, with OpenAI's defaults. */
export function writeResponse(state: ResponseState, { request, model }: AnswerContext): JsonObject {
  const { finish, usage } = state
  const status = statusOf(finish)
  const reason = finish === 'content_filter' ? 'content_filter' : 'max_output_tokens'
  return {
    id: state.id,
    object: 'response',
    created_at: state.createdAtSeconds,
    status,
    background: false,
    completed_at: status === 'completed' ? Math.floor(Date.now() / 1000) : null,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    model,
    output: state.output,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: request.reasoning ?? { effort: null, summary: null },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: request.service_tier ?? 'default',
    // Nothing is kept by the providers of other dialects.
    store: false,
    temperature: request.temperature ?? 1,
    text: request.text ?? { format: { type: 'text' } },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_logprobs: 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? 'disabled',
    usage: finish === null || finish === 'failed' ? null : writeResponsesUsage(usage ?? noUsage),
    user: request.user ?? null,
    metadata: request.metadata ?? {},
  }
}

export function writeResponsesAnswer(answer: Answer, context: AnswerContext): JsonObject {
  return writeResponse(
    {
      id: prefixedId('resp_', answer.id),
      createdAtSeconds: Math.floor(Date.now() / 1000),
      finish: answer.finish,
      output: writeOutput(answer),
      usage: answer.usage,
    },
    context,
  )
}
