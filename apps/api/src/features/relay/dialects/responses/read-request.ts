import {
  isOfResults,
  type Conversation,
  type ResponseFormat,
  type TextPart,
  type Thinking,
  type Tool,
  type ToolChoice,
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
  wholeNumber,
} from '../json.ts'
import { readEffort } from '../thinking.ts'
import { readInputContent, readReasoning } from './content.ts'

/*
 * Left out on the way to another dialect, since the answer is right without it: store, include, truncation, max_tool_calls,
 * prompt_cache_*, stream_options, context_management. What changes the answer is refused instead.
 */
function refuseWhatHasNoPlace(body: JsonObject) {
  for (const key of ['previous_response_id', 'conversation', 'prompt'])
    if (body[key])
      throw refused(key, "This model's provider keeps nothing between requests: send the whole conversation.")
  if (body.background === true) throw refused('background', 'This model answers only while you wait.')
  if (typeof body.top_logprobs === 'number' && body.top_logprobs > 0)
    throw refused('top_logprobs', "This model's provider does not tell them.")
}

function readMessage(item: JsonObject, path: string): Turn {
  const { role } = item
  const parts = readInputContent(item.content, `${path}.content`)
  if (role === 'user' || role === 'assistant') return { role, parts, path: `${path}.content` }
  if (role === 'system' || role === 'developer') return { role: 'system', parts, path: `${path}.content` }
  throw refused(`${path}.role`, 'must be user, assistant, system or developer.')
}

function readItem(item: JsonObject, path: string): Turn {
  const callId = () => requiredString(item.call_id, `${path}.call_id`)
  switch (item.type ?? 'message') {
    case 'message':
      return readMessage(item, path)
    case 'reasoning':
      return { role: 'assistant', parts: [readReasoning(item, 'client')], path }
    case 'function_call': {
      const name = requiredString(item.name, `${path}.name`)
      const call = { kind: 'toolCall' as const, id: callId(), name }
      const parts = [{ ...call, arguments: requiredString(item.arguments, `${path}.arguments`) }]
      return { role: 'assistant', parts, path }
    }
    case 'function_call_output': {
      const parts = readInputContent(item.output, `${path}.output`).filter(
        (part) => part.kind === 'text' || part.kind === 'image' || part.kind === 'document',
      )
      return { role: 'user', parts: [{ kind: 'toolResult', callId: callId(), parts, isError: false }], path }
    }
    default:
      throw unsupportedType(path, 'An item', item.type)
  }
}

/** Items are finer than turns: thoughts, text and calls of one answer are one turn, and so are the results of its calls. */
function readTurns(input: unknown): Turn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ kind: 'text', text: input }], path: 'input' }]
  const turns: Turn[] = []
  requiredArray(input, 'input').forEach((value, index) => {
    const path = `input[${index}]`
    const turn = readItem(requiredObject(value, path), path)
    const last = turns.at(-1)
    const continues =
      last?.role === turn.role &&
      (turn.role === 'assistant' || (turn.role === 'user' && isOfResults(last) && isOfResults(turn)))
    if (continues) for (const part of turn.parts) last.parts.push(part)
    else turns.push(turn)
  })
  return turns
}

function readTool(value: unknown, path: string): Tool {
  const tool = requiredObject(value, path)
  if (tool.type !== 'function') throw unsupportedType(path, 'A tool', tool.type)
  return {
    name: requiredString(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, requiredString),
    schema: optional(tool.parameters, `${path}.parameters`, requiredObject) ?? { type: 'object', properties: {} },
    strict: optional(tool.strict, `${path}.strict`, boolean),
  }
}

function readToolChoice(value: unknown, path: string): ToolChoice {
  if (value === 'auto' || value === 'none' || value === 'required') return { kind: value }
  const choice = isObject(value) ? value : {}
  if (choice.type !== 'function') throw unsupported(path, 'This choice of tools')
  return { kind: 'one', name: requiredString(choice.name, `${path}.name`) }
}

function readResponseFormat(value: unknown, path: string): ResponseFormat | undefined {
  const format = requiredObject(value, path)
  if (format.type === 'text') return undefined
  if (format.type === 'json_object') return { kind: 'json' }
  if (format.type !== 'json_schema') throw refused(`${path}.type`, 'must be text, json_object or json_schema.')
  return {
    kind: 'schema',
    name: requiredString(format.name, `${path}.name`),
    description: optional(format.description, `${path}.description`, requiredString),
    schema: requiredObject(format.schema, `${path}.schema`),
    strict: optional(format.strict, `${path}.strict`, boolean),
  }
}

function readThinking(value: unknown, path: string): Thinking | undefined {
  const reasoning = requiredObject(value, path)
  const effort = optional(reasoning.effort, `${path}.effort`, readEffort)
  const isShown = Boolean(reasoning.summary ?? reasoning.generate_summary)
  return effort || isShown ? { effort, isShown } : undefined
}

/** Reads a request for a response. */
export function readResponsesRequest(body: JsonObject): Conversation {
  refuseWhatHasNoPlace(body)
  const instructions = optional(body.instructions, 'instructions', requiredString)
  const system: TextPart[] = instructions ? [{ kind: 'text', text: instructions }] : []
  const tools = optional(body.tools, 'tools', requiredArray) ?? []
  const text = optional(body.text, 'text', requiredObject) ?? {}
  return {
    model: optional(body.model, 'model', requiredString) ?? '',
    stream: optional(body.stream, 'stream', boolean) ?? false,
    system,
    turns: readTurns(body.input ?? []),
    tools: tools.map((tool, index) => readTool(tool, `tools[${index}]`)),
    toolChoice: optional(body.tool_choice, 'tool_choice', readToolChoice),
    parallelToolCalls: optional(body.parallel_tool_calls, 'parallel_tool_calls', boolean),
    maxTokens: optional(body.max_output_tokens, 'max_output_tokens', wholeNumber),
    temperature: optional(body.temperature, 'temperature', finiteNumber),
    topP: optional(body.top_p, 'top_p', finiteNumber),
    responseFormat: optional(text.format, 'text.format', readResponseFormat),
    thinking: optional(body.reasoning, 'reasoning', readThinking),
    verbosity: optional(text.verbosity, 'text.verbosity', requiredString),
    user: optional(body.safety_identifier ?? body.user, 'user', requiredString),
    metadata: optional(body.metadata, 'metadata', requiredObject),
    serviceTier: optional(body.service_tier, 'service_tier', requiredString),
  }
}
