import { type Conversation, joinedText, type Part, type ResponseFormat, type Turn } from '../conversation.ts'
import { refused } from '../dialect-error.ts'
import { type JsonObject, withoutUndefined } from '../json.ts'
import { effortOf } from '../thinking.ts'
import { writeInputPart, writeReasoning } from './content.ts'

/** OpenAI accepts no lower limit. */
const leastMaxTokens = 16

function writeAssistantPart(part: Part): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return [{ role: 'assistant', content: part.text }]
    case 'refusal':
      return [{ role: 'assistant', content: [{ type: 'refusal', refusal: part.text }] }]
    case 'thinking':
      return writeReasoning(part)
    case 'toolCall':
      return [{ type: 'function_call', call_id: part.id, name: part.name, arguments: part.arguments || '{}' }]
    default:
      return []
  }
}

function writeUser(turn: Turn): JsonObject[] {
  const items = turn.parts.flatMap((part): JsonObject[] => {
    if (part.kind !== 'toolResult') return []
    const isText = part.parts.every((item) => item.kind === 'text')
    const output = isText ? joinedText(part.parts, '\n') : part.parts.flatMap((item) => writeInputPart(item, turn))
    return [{ type: 'function_call_output', call_id: part.callId, output }]
  })
  const content = turn.parts.flatMap((part) => writeInputPart(part, turn))
  if (content.length > 0) items.push({ role: 'user', content })
  return items
}

function writeTurn(turn: Turn): JsonObject[] {
  if (turn.role === 'system') return [{ role: 'system', content: joinedText(turn.parts, '\n') }]
  return turn.role === 'assistant' ? turn.parts.flatMap(writeAssistantPart) : writeUser(turn)
}

function writeFormat(format: ResponseFormat): JsonObject {
  if (format.kind === 'json') return { type: 'json_object' }
  const { name, description, schema, strict } = format
  return withoutUndefined({ type: 'json_schema', name, description, schema, strict })
}

function writeText({ responseFormat, verbosity }: Conversation): JsonObject | undefined {
  if (!responseFormat && !verbosity) return undefined
  return withoutUndefined({ format: responseFormat && writeFormat(responseFormat), verbosity })
}

function writeToolChoice({ toolChoice }: Conversation): unknown {
  return toolChoice?.kind === 'one' ? { type: 'function', name: toolChoice.name } : toolChoice?.kind
}

/** Writes a request for a response. Nothing is stored with the provider: the client could not ask for it. */
export function writeResponsesRequest(conversation: Conversation): JsonObject {
  const { system, turns, tools, thinking, maxTokens, stream } = conversation
  if (conversation.stop && conversation.stop.length > 0)
    throw refused('stop', "This model's provider knows no stop sequences.")
  return withoutUndefined({
    model: conversation.model,
    instructions: system.length > 0 ? joinedText(system, '\n') : undefined,
    input: turns.flatMap(writeTurn),
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, schema, strict }) =>
            // Left open, OpenAI would make schemas strict that were not written for it.
            withoutUndefined({ type: 'function', name, description, parameters: schema, strict: strict ?? false }),
          ),
    tool_choice: tools.length === 0 ? undefined : writeToolChoice(conversation),
    parallel_tool_calls: tools.length === 0 ? undefined : conversation.parallelToolCalls,
    max_output_tokens: maxTokens === undefined ? undefined : Math.max(leastMaxTokens, maxTokens),
    temperature: conversation.temperature,
    top_p: conversation.topP,
    text: writeText(conversation),
    reasoning:
      thinking && withoutUndefined({ effort: effortOf(thinking), summary: thinking.isShown ? 'auto' : undefined }),
    include: thinking ? ['reasoning.encrypted_content'] : undefined,
    user: conversation.user,
    metadata: conversation.metadata,
    service_tier: conversation.serviceTier,
    store: false,
    stream: stream || undefined,
  })
}
