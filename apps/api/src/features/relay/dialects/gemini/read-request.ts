import type { Conversation, Part, ResponseFormat, TextPart, Thinking, Tool, ToolChoice, Turn } from '../conversation.ts'
import { refused, unsupported } from '../dialect-error.ts'
import {
  boolean,
  finiteNumber,
  type JsonObject,
  optional,
  requiredArray,
  requiredObject,
  requiredString,
  strings,
  wholeNumber,
} from '../json.ts'
import { readEffort } from '../thinking.ts'
import { createPartReader, field } from './content.ts'
import { toJsonSchema } from './schema.ts'

/*
 * Left out on the way to another dialect, since the answer is right without it: safetySettings, labels. What changes the answer is
 * refused instead. The model and whether to stream stand in Gemini's URL: the caller puts them in as `model` and `stream`.
 */
function refuseWhatHasNoPlace(body: JsonObject, config: JsonObject) {
  if (field(body, 'cachedContent')) throw unsupported('cachedContent', 'Content cached with Google')
  const count = field(config, 'candidateCount')
  if (typeof count === 'number' && count > 1)
    throw refused('generationConfig.candidateCount', "This model's provider gives one answer a request.")
  const modalities = field(config, 'responseModalities')
  if (Array.isArray(modalities) && modalities.some((modality) => modality !== 'TEXT'))
    throw refused('generationConfig.responseModalities', "This model's provider answers with text.")
  if (field(config, 'responseLogprobs') === true)
    throw refused('generationConfig.responseLogprobs', "This model's provider does not tell them.")
}

function readSystem(body: JsonObject): TextPart[] {
  const path = 'systemInstruction'
  const instruction = optional(field(body, path), path, requiredObject)
  if (!instruction) return []
  return requiredArray(instruction.parts, `${path}.parts`).map((value, index) => {
    const part = requiredObject(value, `${path}.parts[${index}]`)
    return { kind: 'text', text: requiredString(part.text, `${path}.parts[${index}].text`) }
  })
}

function readTurns(contents: unknown): Turn[] {
  const readPart = createPartReader()
  return requiredArray(contents, 'contents').map((value, index): Turn => {
    const path = `contents[${index}]`
    const content = requiredObject(value, path)
    const parts: Part[] = (optional(content.parts, `${path}.parts`, requiredArray) ?? []).map((part, partIndex) =>
      readPart(part, `${path}.parts[${partIndex}]`),
    )
    return { role: content.role === 'model' ? 'assistant' : 'user', parts, path: `${path}.parts` }
  })
}

function readDeclaration(value: unknown, path: string): Tool {
  const declaration = requiredObject(value, path)
  const schema = optional(field(declaration, 'parametersJsonSchema'), `${path}.parametersJsonSchema`, requiredObject)
  const parameters = optional(declaration.parameters, `${path}.parameters`, requiredObject)
  return {
    name: requiredString(declaration.name, `${path}.name`),
    description: optional(declaration.description, `${path}.description`, requiredString),
    schema: schema ?? (parameters ? toJsonSchema(parameters) : { type: 'object', properties: {} }),
  }
}

function readTools(body: JsonObject): Tool[] {
  const groups = optional(body.tools, 'tools', requiredArray) ?? []
  return groups.flatMap((value, index) => {
    const path = `tools[${index}]`
    const group = requiredObject(value, path)
    const declarations = field(group, 'functionDeclarations')
    if (declarations === undefined) throw unsupported(path, `The tool ${Object.keys(group).join(', ')}`)
    const declarationsPath = `${path}.functionDeclarations`
    return requiredArray(declarations, declarationsPath).map((declaration, at) =>
      readDeclaration(declaration, `${declarationsPath}[${at}]`),
    )
  })
}

function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const path = 'toolConfig.functionCallingConfig'
  const config = optional(field(body, 'toolConfig'), 'toolConfig', requiredObject)
  const calling = config && optional(field(config, 'functionCallingConfig'), path, requiredObject)
  if (!calling) return undefined
  const names = optional(field(calling, 'allowedFunctionNames'), `${path}.allowedFunctionNames`, strings) ?? []
  const [name] = names
  switch (calling.mode) {
    case 'ANY':
      if (names.length > 1) throw unsupported(`${path}.allowedFunctionNames`, 'A choice among some of the tools')
      return name === undefined ? { kind: 'required' } : { kind: 'one', name }
    case 'NONE':
      return { kind: 'none' }
    default:
      return { kind: 'auto' }
  }
}

function readResponseFormat(config: JsonObject): ResponseFormat | undefined {
  if (field(config, 'responseMimeType') !== 'application/json') return undefined
  const path = 'generationConfig'
  const schema = optional(field(config, 'responseJsonSchema'), `${path}.responseJsonSchema`, requiredObject)
  const own = optional(field(config, 'responseSchema'), `${path}.responseSchema`, requiredObject)
  if (!schema && !own) return { kind: 'json' }
  return { kind: 'schema', name: 'answer', schema: schema ?? toJsonSchema(own ?? {}) }
}

function readThinking(config: JsonObject): Thinking | undefined {
  const path = 'generationConfig.thinkingConfig'
  const thinking = optional(field(config, 'thinkingConfig'), path, requiredObject)
  if (!thinking) return undefined
  const isShown = optional(field(thinking, 'includeThoughts'), `${path}.includeThoughts`, boolean) ?? false
  const budget = optional(field(thinking, 'thinkingBudget'), `${path}.thinkingBudget`, finiteNumber)
  const level = optional(field(thinking, 'thinkingLevel'), `${path}.thinkingLevel`, requiredString)
  if (level !== undefined) return { effort: readEffort(level.toLowerCase(), `${path}.thinkingLevel`), isShown }
  // -1 leaves it to the model.
  if (budget === undefined || budget < 0) return { effort: 'medium', isShown }
  return { budgetTokens: Math.floor(budget), isShown }
}

/** Reads a request to generate content. */
export function readGeminiRequest(body: JsonObject): Conversation {
  const config = optional(field(body, 'generationConfig'), 'generationConfig', requiredObject) ?? {}
  refuseWhatHasNoPlace(body, config)
  const read = <T>(key: string, as: (value: unknown, path: string) => T) =>
    optional(field(config, key), `generationConfig.${key}`, as)
  return {
    model: optional(body.model, 'model', requiredString) ?? '',
    stream: optional(body.stream, 'stream', boolean) ?? false,
    system: readSystem(body),
    turns: readTurns(body.contents),
    tools: readTools(body),
    toolChoice: readToolChoice(body),
    maxTokens: read('maxOutputTokens', wholeNumber),
    temperature: read('temperature', finiteNumber),
    topP: read('topP', finiteNumber),
    topK: read('topK', wholeNumber),
    stop: read('stopSequences', strings),
    seed: read('seed', finiteNumber),
    presencePenalty: read('presencePenalty', finiteNumber),
    frequencyPenalty: read('frequencyPenalty', finiteNumber),
    responseFormat: readResponseFormat(config),
    thinking: readThinking(config),
  }
}
