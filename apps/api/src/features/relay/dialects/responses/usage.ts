import { noUsage, type Usage } from '../../usage.ts'
import { countOf, isObject, type JsonObject, objectAt, objectsOf } from '../json.ts'
import { readOpenAiUsage } from '../openai-usage.ts'

/** The usage of a response, which an event carries inside, as the provider wrote it. */
export function findResponsesUsage(data: JsonObject): JsonObject | null {
  const usage = data.usage ?? objectAt(data, 'response').usage
  return isObject(usage) ? usage : null
}

/** Searches of the web are not in the usage: the output lists them, newer answers count them as well. */
export function countSearches(response: JsonObject): number {
  const calls = objectsOf(response.output).filter((item) => item.type === 'web_search_call').length
  return calls || countOf(objectAt(objectAt(response, 'tool_usage'), 'web_search').num_requests)
}

export function readResponsesUsage(body: JsonObject): Usage | null {
  const response = isObject(body.response) ? body.response : body
  const usage = findResponsesUsage(response)
  const read = usage && readOpenAiUsage(usage)
  const searches = countSearches(response)
  return searches > 0 ? { ...(read ?? noUsage), searches } : read
}

export function writeResponsesUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens, cache_write_tokens: usage.cacheCreationTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.thinkingTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}
