import { noUsage, type Usage } from '../../usage.ts'
import { countOf, isObject, type JsonObject, objectAt } from '../json.ts'

/** Anthropic counts what is read from and written to its cache beside the input, not in it. */
export function readMessagesUsage(usage: JsonObject): Usage | null {
  const cachedTokens = countOf(usage.cache_read_input_tokens)
  const cacheCreationTokens = countOf(usage.cache_creation_input_tokens)
  const inputTokens = countOf(usage.input_tokens) + cachedTokens + cacheCreationTokens
  const outputTokens = countOf(usage.output_tokens)
  const searches = countOf(objectAt(usage, 'server_tool_use').web_search_requests)
  if (inputTokens + outputTokens + searches === 0) return null
  const thinkingTokens = Math.min(outputTokens, countOf(objectAt(usage, 'output_tokens_details').thinking_tokens))
  return { ...noUsage, inputTokens, cachedTokens, cacheCreationTokens, outputTokens, thinkingTokens, searches }
}

/** The usage in an answer or an event, as the provider wrote it: a stream begins with the input and ends with the output. */
export function findMessagesUsage(data: JsonObject): JsonObject | null {
  const usage = data.usage ?? objectAt(data, 'message').usage
  return isObject(usage) ? usage : null
}

export function writeMessagesUsage(usage: Usage): JsonObject {
  return {
    cache_creation: null,
    cache_creation_input_tokens: usage.cacheCreationTokens,
    cache_read_input_tokens: usage.cachedTokens,
    inference_geo: null,
    input_tokens: usage.inputTokens - usage.cachedTokens - usage.cacheCreationTokens,
    output_tokens: usage.outputTokens,
    output_tokens_details: usage.thinkingTokens > 0 ? { thinking_tokens: usage.thinkingTokens } : null,
    server_tool_use: usage.searches > 0 ? { web_fetch_requests: 0, web_search_requests: usage.searches } : null,
    service_tier: 'standard',
    speed: null,
  }
}
