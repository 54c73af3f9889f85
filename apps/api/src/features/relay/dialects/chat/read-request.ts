import {
  isOfResults,
  type Conversation,
  type Part,
  type ResponseFormat,
  type TextPart,
  type Tool,
  type ToolChoice,
  type ToolResultPart,
  type Turn,
} from '../conversation.ts'
import { refused, unsupported, unsupportedType } from '../dialect-error.ts'
import {
  boolean,
  finiteNumber,
  isObject,
  type JsonObject,
  optional,
  requiredArray,
  requiredObject,
  requiredString,
  strings,
  wholeNumber,
} from '../json.ts'
import { readEffort } from '../thinking.ts'
import { readChatContent, readChatToolCall } from './content.ts'
import { readReasoningDetails } from './reasoning.ts'

/*
 * Left out on the way to another dialect, since the answer is right without it: logit_bias, prediction, store,
 * prompt_cache_*, stream_options, the name of a message. What changes the answer is refused instead.
 */
function refuseWhatHasNoPlace(body: JsonObject) {
  if (typeof body.n === 'number' && body.n > 1) throw refused('n', "This model's provider gives one answer a request.")
  if (body.audio || (Array.isArray(body.modalities) && body.modalities.includes('audio')))
    throw refused('modalities', "This model's provider cannot answer with sound.")
  if (body.logprobs === true) throw refused('logprobs', "This model's provider does not tell them.")
  if (body.web_search_options) throw unsupported('web_search_options', 'A web search')
  for (const key of ['functions', 'function_call'])
    if (body[key] !== undefined && body[key] !== null) throw refused(key, 'Use tools and tool_choice instead.')
}

function readAssistant(message: JsonObject, path: string): Part[] {
  const thinking: Part[] = readReasoningDetails(message.reasoning_details, 'chat')
  const parts = thinking.concat(readChatContent(message.content, `${path}.content`))
  const refusal = optional(message.refusal, `${path}.refusal`, requiredString)
  if (refusal) parts.push({ kind: 'refusal', text: refusal })
  const calls = optional(message.tool_calls, `${path}.tool_calls`, requiredArray) ?? []
  calls.forEach((call, index) => parts.push(readChatToolCall(call, `${path}.tool_calls[${index}]`)))
  return parts
}

function readToolResult(message: JsonObject, path: string): ToolResultPart {
  const callId = requiredString(message.tool_call_id, `${path}.tool_call_id`)
  const parts = readChatContent(message.content, `${path}.content`).filter((part) => part.kind === 'text')
  return { kind: 'toolResult', callId, parts, isError: false }
}

function readTurns(messages: unknown[]): { system: TextPart[]; turns: Turn[] } {
  const system: TextPart[] = []
  const turns: Turn[] = []
  messages.forEach((item, index) => {
    const path = `messages[${index}]`
    const message = requiredObject(item, path)
    const content = () => readChatContent(message.content, `${path}.content`)
    const last = turns.at(-1)
    switch (message.role) {
      case 'system':
      case 'developer': {
        const parts = content().filter((part) => part.kind === 'text')
        if (turns.length === 0) for (const part of parts) system.push(part)
        else turns.push({ role: 'system', parts, path: `${path}.content` })
        return
      }
      case 'user':
        turns.push({ role: 'user', parts: content(), path: `${path}.content` })
        return
      case 'assistant':
        turns.push({ role: 'assistant', parts: readAssistant(message, path), path: `${path}.content` })
        return
      case 'tool': {
        const result = readToolResult(message, path)
        // Results of parallel calls belong together: other dialects expect them in one turn.
        if (last?.role === 'user' && isOfResults(last)) last.parts.push(result)
        else turns.push({ role: 'user', parts: [result], path: `${path}.content` })
        return
      }
      default:
        throw refused(`${path}.role`, 'must be system, developer, user, assistant or tool.')
    }
  })
  return { system, turns }
}

function readTool(value: unknown, path: string): Tool {
  const tool = requiredObject(value, path)
  if (tool.type !== 'function') throw unsupportedType(path, 'A tool', tool.type)
  const definition = requiredObject(tool.function, `${path}.function`)
  const parameters = optional(definition.parameters, `${path}.function.parameters`, requiredObject)
  return {
    name: requiredString(definition.name, `${path}.function.name`),
    description: optional(definition.description, `${path}.function.description`, requiredString),
    schema: parameters ?? { type: 'object', properties: {} },
    strict: optional(definition.strict, `${path}.function.strict`, boolean),
  }
}

function readToolChoice(value: unknown, path: string): ToolChoice {
  if (value === 'auto' || value === 'none' || value === 'required') return { kind: value }
  const choice = isObject(value) ? value : {}
  if (choice.type !== 'function') throw unsupported(path, 'This choice of tools')
  const chosen = requiredObject(choice.function, `${path}.function`)
  return { kind: 'one', name: requiredString(chosen.name, `${path}.function.name`) }
}

function readResponseFormat(value: unknown, path: string): ResponseFormat | undefined {
  const format = requiredObject(value, path)
  if (format.type === 'text') return undefined
  if (format.type === 'json_object') return { kind: 'json' }
  if (format.type !== 'json_schema') throw refused(`${path}.type`, 'must be text, json_object or json_schema.')
  const schema = requiredObject(format.json_schema, `${path}.json_schema`)
  return {
    kind: 'schema',
    name: optional(schema.name, `${path}.json_schema.name`, requiredString) ?? 'answer',
    description: optional(schema.description, `${path}.json_schema.description`, requiredString),
    schema: optional(schema.schema, `${path}.json_schema.schema`, requiredObject) ?? { type: 'object' },
    strict: optional(schema.strict, `${path}.json_schema.strict`, boolean),
  }
}

/** Reads a request for a chat completion. */
export function readChatRequest(body: JsonObject): Conversation {
  refuseWhatHasNoPlace(body)
  const { system, turns } = readTurns(requiredArray(body.messages, 'messages'))
  const tools = optional(body.tools, 'tools', requiredArray) ?? []
  const effort = optional(body.reasoning_effort, 'reasoning_effort', readEffort)
  const maxTokens = body.max_completion_tokens ?? body.max_tokens
  return {
    model: optional(body.model, 'model', requiredString) ?? '',
    stream: optional(body.stream, 'stream', boolean) ?? false,
    system,
    turns,
    tools: tools.map((tool, index) => readTool(tool, `tools[${index}]`)),
    toolChoice: optional(body.tool_choice, 'tool_choice', readToolChoice),
    parallelToolCalls: optional(body.parallel_tool_calls, 'parallel_tool_calls', boolean),
    maxTokens: optional(maxTokens, 'max_completion_tokens', wholeNumber),
    temperature: optional(body.temperature, 'temperature', finiteNumber),
    topP: optional(body.top_p, 'top_p', finiteNumber),
    topK: optional(body.top_k, 'top_k', wholeNumber),
    stop: optional(body.stop, 'stop', (stop, path) => (typeof stop === 'string' ? [stop] : strings(stop, path))),
    seed: optional(body.seed, 'seed', finiteNumber),
    presencePenalty: optional(body.presence_penalty, 'presence_penalty', finiteNumber),
    frequencyPenalty: optional(body.frequency_penalty, 'frequency_penalty', finiteNumber),
    responseFormat: optional(body.response_format, 'response_format', readResponseFormat),
    thinking: effort && { effort, isShown: effort !== 'none' },
    verbosity: optional(body.verbosity, 'verbosity', requiredString),
    user: optional(body.safety_identifier ?? body.user, 'user', requiredString),
    metadata: optional(body.metadata, 'metadata', requiredObject),
    serviceTier: optional(body.service_tier, 'service_tier', requiredString),
  }
}
