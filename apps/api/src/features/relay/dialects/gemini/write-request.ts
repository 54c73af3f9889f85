import type { Conversation, ResponseFormat, Thinking, Turn } from '../conversation.ts'
import { type JsonObject, withoutUndefined } from '../json.ts'
import { budgetOf } from '../thinking.ts'
import { writeParts } from './content.ts'

function writeContents(turns: Turn[], model: string): JsonObject[] {
  const names = new Map<string, string>()
  const needsSignatures = /^gemini-(?:[3-9]|\d\d)/.test(model)
  const contents: { role: string; parts: JsonObject[] }[] = []
  for (const turn of turns) {
    if (turn.role === 'system') continue
    const parts = writeParts(turn, names, needsSignatures)
    if (parts.length === 0) continue
    const role = turn.role === 'assistant' ? 'model' : 'user'
    const last = contents.at(-1)
    // Results of calls must all stand in the one turn after them.
    if (last?.role === role) for (const part of parts) last.parts.push(part)
    else contents.push({ role, parts })
  }
  return contents
}

function writeSystem({ system, turns }: Conversation): JsonObject | undefined {
  const later = turns.filter((turn) => turn.role === 'system').flatMap((turn) => turn.parts)
  const parts = [...system, ...later].flatMap((part) => (part.kind === 'text' ? [{ text: part.text }] : []))
  return parts.length > 0 ? { parts } : undefined
}

function writeToolConfig({ tools, toolChoice }: Conversation): JsonObject | undefined {
  if (tools.length === 0 || !toolChoice) return undefined
  const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY', one: 'ANY' }
  const named = toolChoice.kind === 'one' ? { allowedFunctionNames: [toolChoice.name] } : {}
  return { functionCallingConfig: { mode: modes[toolChoice.kind], ...named } }
}

function writeThinking(thinking: Thinking): JsonObject {
  return withoutUndefined({ thinkingBudget: budgetOf(thinking), includeThoughts: thinking.isShown || undefined })
}

function writeFormat(format: ResponseFormat): JsonObject {
  const schema = format.kind === 'schema' ? { responseJsonSchema: format.schema } : {}
  return { responseMimeType: 'application/json', ...schema }
}

function writeConfig(conversation: Conversation): JsonObject {
  const { thinking, responseFormat } = conversation
  return withoutUndefined({
    maxOutputTokens: conversation.maxTokens,
    temperature: conversation.temperature,
    topP: conversation.topP,
    topK: conversation.topK,
    stopSequences: conversation.stop,
    seed: conversation.seed,
    presencePenalty: conversation.presencePenalty,
    frequencyPenalty: conversation.frequencyPenalty,
    thinkingConfig: thinking && writeThinking(thinking),
    ...(responseFormat && writeFormat(responseFormat)),
  })
}

/** Writes a request to generate content. Model and streaming belong into Gemini's URL and are not in it. */
export function writeGeminiRequest(conversation: Conversation): JsonObject {
  const { turns, tools, model } = conversation
  const generationConfig = writeConfig(conversation)
  const functionDeclarations = tools.map(({ name, description, schema }) =>
    withoutUndefined({ name, description, parametersJsonSchema: schema }),
  )
  return withoutUndefined({
    systemInstruction: writeSystem(conversation),
    contents: writeContents(turns, model),
    tools: tools.length > 0 ? [{ functionDeclarations }] : undefined,
    toolConfig: writeToolConfig(conversation),
    generationConfig: Object.keys(generationConfig).length > 0 ? generationConfig : undefined,
  })
}
