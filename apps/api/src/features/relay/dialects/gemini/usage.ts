import { noUsage, type Usage } from '../../usage.ts'
import { countOf, isObject, type JsonObject, objectsOf } from '../json.ts'

function tokensOf(details: unknown, modality: string): number {
  return objectsOf(details)
    .filter((detail) => detail.modality === modality)
    .reduce((sum, detail) => sum + countOf(detail.tokenCount), 0)
}

/** The usage in an answer or a chunk, as Gemini wrote it. */
export function findGeminiUsage(body: JsonObject): JsonObject | null {
  return isObject(body.usageMetadata) ? body.usageMetadata : null
}

/** Gemini counts thoughts beside the answer, and what its own tools read beside the prompt. */
export function readGeminiMetadata(usage: JsonObject): Usage | null {
  const thinkingTokens = countOf(usage.thoughtsTokenCount)
  const inputTokens = countOf(usage.promptTokenCount) + countOf(usage.toolUsePromptTokenCount)
  const outputTokens = countOf(usage.candidatesTokenCount) + thinkingTokens
  if (inputTokens + outputTokens === 0) return null
  return {
    ...noUsage,
    inputTokens,
    cachedTokens: Math.min(inputTokens, countOf(usage.cachedContentTokenCount)),
    audioInputTokens: tokensOf(usage.promptTokensDetails, 'AUDIO'),
    imageInputTokens: tokensOf(usage.promptTokensDetails, 'IMAGE'),
    outputTokens,
    thinkingTokens,
    audioOutputTokens: tokensOf(usage.candidatesTokensDetails, 'AUDIO'),
    imageOutputTokens: tokensOf(usage.candidatesTokensDetails, 'IMAGE'),
  }
}

export function readGeminiUsage(body: JsonObject): Usage | null {
  const usage = findGeminiUsage(body)
  return usage && readGeminiMetadata(usage)
}

export function writeGeminiUsage(usage: Usage): JsonObject {
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens - usage.thinkingTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedTokens > 0 && { cachedContentTokenCount: usage.cachedTokens }),
    ...(usage.thinkingTokens > 0 && { thoughtsTokenCount: usage.thinkingTokens }),
  }
}
