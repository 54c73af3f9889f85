import {
  type ContentPart,
  type Conversation,
  joinedText,
  type ResponseFormat,
  type ToolResultPart,
  type Turn,
} from '../conversation.ts'
import { type JsonObject, withoutUndefined } from '../json.ts'
import { effortOf } from '../thinking.ts'
import { writeChatContent, writeChatToolCall } from './content.ts'

/** Earlier thoughts are left out: OpenAI refuses fields it does not know, and DeepSeek wants none back. */
function writeAssistant(turn: Turn): JsonObject[] {
  const calls = turn.parts.filter((part) => part.kind === 'toolCall')
  const refusal = turn.parts.filter((part) => part.kind === 'refusal').map((part) => part.text)
  const text = joinedText(turn.parts)
  if (calls.length === 0 && text === '' && refusal.length === 0) return []
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(refusal.length > 0 && { refusal: refusal.join('') }),
      ...(calls.length > 0 && { tool_calls: calls.map(writeChatToolCall) }),
    },
  ]
}

function isContent(part: Turn['parts'][number]): part is ContentPart {
  return part.kind === 'text' || part.kind === 'image' || part.kind === 'document' || part.kind === 'audio'
}

/** A tool message holds only text: pictures a tool answered with follow in a message of the user. */
function writeUser(turn: Turn): JsonObject[] {
  const results = turn.parts.filter((part): part is ToolResultPart => part.kind === 'toolResult')
  const messages: JsonObject[] = results.map((result) => ({
    role: 'tool',
    tool_call_id: result.callId,
    content: joinedText(result.parts, '\n'),
  }))
  const media = results.flatMap((result) => result.parts.filter((part) => part.kind !== 'text'))
  const content = [...media, ...turn.parts.filter(isContent)]
  if (content.length > 0) messages.push({ role: 'user', content: writeChatContent(content, turn) })
  return messages
}

function writeTurn(turn: Turn): JsonObject[] {
  if (turn.role === 'system') return [{ role: 'system', content: joinedText(turn.parts, '\n') }]
  return turn.role === 'assistant' ? writeAssistant(turn) : writeUser(turn)
}

function writeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.kind === 'json') return { type: 'json_object' }
  const { name, description, schema, strict } = format
  return { type: 'json_schema', json_schema: withoutUndefined({ name, description, schema, strict }) }
}

function writeToolChoice({ toolChoice }: Conversation): unknown {
  if (toolChoice?.kind !== 'one') return toolChoice?.kind
  return { type: 'function', function: { name: toolChoice.name } }
}

/** Writes a request for a chat completion. Usage is always asked for in a stream: the relay bills by it. */
export function writeChatRequest(conversation: Conversation): JsonObject {
  const { system, turns, tools, responseFormat, thinking, stream } = conversation
  const messages = turns.flatMap(writeTurn)
  if (system.length > 0) messages.unshift({ role: 'system', content: joinedText(system, '\n') })
  const { model, maxTokens, parallelToolCalls } = conversation
  return withoutUndefined({
    model,
    messages,
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, schema, strict }) => ({
            type: 'function',
            function: withoutUndefined({ name, description, parameters: schema, strict }),
          })),
    tool_choice: tools.length === 0 ? undefined : writeToolChoice(conversation),
    parallel_tool_calls: tools.length === 0 ? undefined : parallelToolCalls,
    // Thinking models take only the new name; compatible servers often know only the old one.
    [thinking ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    stop: conversation.stop,
    seed: conversation.seed,
    presence_penalty: conversation.presencePenalty,
    frequency_penalty: conversation.frequencyPenalty,
    response_format: responseFormat && writeResponseFormat(responseFormat),
    reasoning_effort: thinking && effortOf(thinking),
    verbosity: conversation.verbosity,
    user: conversation.user,
    metadata: conversation.metadata,
    service_tier: conversation.serviceTier,
    stream: stream || undefined,
    stream_options: stream ? { include_usage: true } : undefined,
  })
}
