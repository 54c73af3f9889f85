import type { Conversation, Part, ResponseFormat, TextPart, Thinking, Tool, ToolChoice, Turn } from '../conversation.ts'
import { refused, unsupportedType } from '../dialect-error.ts'
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
import { readBlocks } from './content.ts'

/*
 * Left out on the way to another dialect, since the answer is right without it: cache_control, container, context hints, titles of
 * citations, inference_geo, speed, diagnostics. What changes the answer is refused instead.
 */

function readSystem(value: unknown): TextPart[] {
  return readBlocks(value, 'system').map((part) => {
    if (part.kind !== 'text') throw refused('system', 'must be text.')
    return part
  })
}

function readTurn(value: unknown, path: string): Turn {
  const message = requiredObject(value, path)
  const { role } = message
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw refused(`${path}.role`, 'must be user or assistant.')
  const parts: Part[] = readBlocks(message.content, `${path}.content`)
  return { role, parts, path: `${path}.content` }
}

function readTool(value: unknown, path: string): Tool {
  const tool = requiredObject(value, path)
  const type = tool.type
  if (type !== undefined && type !== null && type !== 'custom') throw unsupportedType(path, 'A tool', type)
  return {
    name: requiredString(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, requiredString),
    schema: requiredObject(tool.input_schema, `${path}.input_schema`),
    strict: optional(tool.strict, `${path}.strict`, boolean),
  }
}

function readToolChoice(value: unknown, path: string): ToolChoice {
  const choice = requiredObject(value, path)
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { kind: choice.type }
    case 'any':
      return { kind: 'required' }
    case 'tool':
      return { kind: 'one', name: requiredString(choice.name, `${path}.name`) }
    default:
      throw refused(`${path}.type`, 'must be auto, any, tool or none.')
  }
}

function readThinking(body: JsonObject): Thinking | undefined {
  const effort = optional(requiredOutputConfig(body).effort, 'output_config.effort', readEffort)
  const thinking = optional(body.thinking, 'thinking', requiredObject)
  if (!thinking) return effort && { effort, isShown: false }
  const isShown = thinking.display !== 'omitted'
  switch (thinking.type) {
    case 'disabled':
      return { effort: 'none', isShown: false }
    case 'enabled':
      return { budgetTokens: wholeNumber(thinking.budget_tokens, 'thinking.budget_tokens'), isShown }
    case 'adaptive':
      return { effort: effort ?? 'high', isShown }
    default:
      throw unsupportedType('thinking.type', 'Thinking', thinking.type)
  }
}

function requiredOutputConfig(body: JsonObject): JsonObject {
  return optional(body.output_config, 'output_config', requiredObject) ?? {}
}

function readResponseFormat(body: JsonObject): ResponseFormat | undefined {
  const format = optional(requiredOutputConfig(body).format, 'output_config.format', requiredObject)
  if (!format) return undefined
  if (format.type !== 'json_schema') throw refused('output_config.format.type', 'must be json_schema.')
  const schema = requiredObject(format.schema, 'output_config.format.schema')
  return { kind: 'schema', name: 'answer', schema, strict: true }
}

/** Reads a request for a message of Anthropic's API. */
export function readMessagesRequest(body: JsonObject): Conversation {
  const tools = optional(body.tools, 'tools', requiredArray) ?? []
  const choice = isObject(body.tool_choice) ? body.tool_choice : {}
  const serial = optional(choice.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use', boolean)
  const metadata = optional(body.metadata, 'metadata', requiredObject) ?? {}
  const tier = optional(body.service_tier, 'service_tier', requiredString)
  return {
    model: optional(body.model, 'model', requiredString) ?? '',
    stream: optional(body.stream, 'stream', boolean) ?? false,
    system: readSystem(body.system),
    turns: requiredArray(body.messages, 'messages').map((turn, index) => readTurn(turn, `messages[${index}]`)),
    tools: tools.map((tool, index) => readTool(tool, `tools[${index}]`)),
    toolChoice: optional(body.tool_choice, 'tool_choice', readToolChoice),
    parallelToolCalls: serial === undefined ? undefined : !serial,
    maxTokens: optional(body.max_tokens, 'max_tokens', wholeNumber),
    temperature: optional(body.temperature, 'temperature', finiteNumber),
    topP: optional(body.top_p, 'top_p', finiteNumber),
    topK: optional(body.top_k, 'top_k', wholeNumber),
    stop: optional(body.stop_sequences, 'stop_sequences', strings),
    responseFormat: readResponseFormat(body),
    thinking: readThinking(body),
    user: optional(metadata.user_id, 'metadata.user_id', requiredString),
    serviceTier: tier === 'standard_only' ? 'default' : tier,
  }
}
