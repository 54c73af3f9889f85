import { noUsage, type Usage } from '../usage.ts'
import { countOf, type JsonObject, objectAt } from './json.ts'

function firstCount(...values: unknown[]): number {
  for (const value of values) {
    const count = countOf(value)
    if (count > 0) return count
  }
  return 0
}

const detailsOf = (usage: JsonObject, keys: readonly string[]): JsonObject =>
  Object.assign({}, ...keys.map((key) => objectAt(usage, key)))

/**
 * Usage as OpenAI and those who imitate it write it: under either generation of names, with DeepSeek's or Anthropic's names
 * for cached input, or as nothing but a total. Null if nothing in it counts anything.
 */
export function readOpenAiUsage(usage: JsonObject): Usage | null {
  // The names without an s are those of transcriptions and realtime sessions.
  const inputDetails = detailsOf(usage, ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'])
  const outputDetails = detailsOf(usage, ['completion_tokens_details', 'output_tokens_details', 'output_token_details'])
  const outputTokens = firstCount(usage.completion_tokens, usage.output_tokens)
  const total = countOf(usage.total_tokens)
  const told = firstCount(usage.prompt_tokens, usage.input_tokens)
  const cachedTokens = firstCount(
    inputDetails.cached_tokens,
    usage.prompt_cache_hit_tokens,
    usage.cached_tokens,
    usage.cache_read_input_tokens,
  )
  const cacheCreationTokens = firstCount(inputDetails.cache_write_tokens, usage.cache_creation_input_tokens)
  const input = told || Math.max(0, total - outputTokens)
  const output = outputTokens || (told > 0 ? Math.max(0, total - told) : 0)
  if (input + output === 0) return null
  return {
    ...noUsage,
    // Some count what came from the cache beside the input and not in it.
    inputTokens: Math.max(input, cachedTokens + cacheCreationTokens),
    cachedTokens,
    cacheCreationTokens,
    audioInputTokens: countOf(inputDetails.audio_tokens),
    imageInputTokens: countOf(inputDetails.image_tokens),
    outputTokens: output,
    thinkingTokens: Math.min(output, countOf(outputDetails.reasoning_tokens)),
    audioOutputTokens: Math.min(output, countOf(outputDetails.audio_tokens)),
    imageOutputTokens: Math.min(output, countOf(outputDetails.image_tokens)),
  }
}
