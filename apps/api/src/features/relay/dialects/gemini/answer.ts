import {
  type Answer,
  type AnswerContext,
  type AnswerPart,
  type FinishReason,
  newId,
  type ToolCallPart,
} from '../conversation.ts'
import { unreadable } from '../dialect-error.ts'
import { isObject, type JsonObject, objectAt, objectsOf, textOf } from '../json.ts'
import { looseInput } from '../messages/content.ts'
import { readGeminiUsage, writeGeminiUsage } from './usage.ts'

const blockedReasons = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
])

/** Gemini says STOP also when it calls a function. */
export function readGeminiFinish(reason: unknown, calledTool: boolean): FinishReason {
  if (reason === 'MAX_TOKENS') return 'length'
  if (typeof reason === 'string' && blockedReasons.has(reason)) return 'content_filter'
  return calledTool ? 'tool_calls' : 'stop'
}

export function writeGeminiFinish(finish: FinishReason): string {
  if (finish === 'length') return 'MAX_TOKENS'
  return finish === 'content_filter' || finish === 'refusal' ? 'SAFETY' : 'STOP'
}

/** A part of an upstream's answer; none for what Google ran itself, whose outcome the text tells. */
function readAnswerPart(part: JsonObject): AnswerPart[] {
  const call = part.functionCall
  if (isObject(call)) {
    const signature = part.thoughtSignature
    return [
      {
        kind: 'toolCall',
        id: textOf(call.id) || newId('call_'),
        name: textOf(call.name),
        arguments: JSON.stringify(call.args ?? {}),
        ...(typeof signature === 'string' && { signature: { by: 'gemini', value: signature } }),
      },
    ]
  }
  if (isObject(part.inlineData)) throw unreadable('a picture or sound, for which this API has no place')
  const text = textOf(part.text)
  if (text === '') return []
  return [{ kind: part.thought === true ? 'thinking' : 'text', text }]
}

/** The answer in a body or chunk. A prompt that was blocked has none. */
export function candidateOf(body: JsonObject): { parts: AnswerPart[]; finishReason: unknown } | null {
  const candidate = objectsOf(body.candidates)[0]
  if (!candidate) {
    const isBlocked = typeof objectAt(body, 'promptFeedback').blockReason === 'string'
    return isBlocked ? { parts: [], finishReason: 'SAFETY' } : null
  }
  const parts = objectsOf(objectAt(candidate, 'content').parts).flatMap(readAnswerPart)
  return { parts, finishReason: candidate.finishReason }
}

export function readGeminiAnswer(body: JsonObject): Answer {
  const candidate = candidateOf(body)
  if (!candidate) throw unreadable('an answer without a candidate')
  const { parts, finishReason } = candidate
  return {
    id: textOf(body.responseId),
    parts,
    finish: readGeminiFinish(
      finishReason,
      parts.some((part) => part.kind === 'toolCall'),
    ),
    stopSequence: null,
    usage: readGeminiUsage(body),
  }
}

export function writeGeminiCall(call: Omit<ToolCallPart, 'kind'>): JsonObject {
  return {
    functionCall: { id: call.id, name: call.name, args: looseInput(call.arguments) },
    ...(call.signature?.by === 'gemini' && { thoughtSignature: call.signature.value }),
  }
}

function writePart(part: AnswerPart): JsonObject {
  if (part.kind === 'toolCall') return writeGeminiCall(part)
  return part.kind === 'thinking' ? { text: part.text, thought: true } : { text: part.text }
}

export function writeGeminiAnswer(answer: Answer, context: AnswerContext): JsonObject {
  return {
    candidates: [
      {
        content: { role: 'model', parts: answer.parts.map(writePart) },
        finishReason: writeGeminiFinish(answer.finish),
        index: 0,
      },
    ],
    ...(answer.usage && { usageMetadata: writeGeminiUsage(answer.usage) }),
    modelVersion: context.model,
    responseId: answer.id || newId(''),
  }
}
