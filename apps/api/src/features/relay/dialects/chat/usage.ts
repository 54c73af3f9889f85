import type { Usage } from '../../usage.ts'
import { isObject, type JsonObject, objectAt, objectsOf } from '../json.ts'
import { readOpenAiUsage } from '../openai-usage.ts'

/** The usage in an answer or a chunk, wherever the provider put it, as it wrote it. */
export function findChatUsage(body: JsonObject): JsonObject | null {
  const places = [body.usage, objectsOf(body.choices)[0]?.usage, objectAt(body, 'x_groq').usage]
  return places.find(isObject) ?? null
}

export function readChatUsage(body: JsonObject): Usage | null {
  const usage = findChatUsage(body)
  return usage && readOpenAiUsage(usage)
}

export function writeChatUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      audio_tokens: usage.audioInputTokens,
      ...(usage.cacheCreationTokens > 0 && { cache_write_tokens: usage.cacheCreationTokens }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.thinkingTokens,
      audio_tokens: usage.audioOutputTokens,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
