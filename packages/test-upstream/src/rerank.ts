import { providerHeaders, type Call } from './call.ts'
import { isJson, listOf, numberOf, stringOf } from './json.ts'
import { missing } from './openai-chat.ts'
import { jsonReply, type Reply } from './reply.ts'
import { countTokens, tokensOf } from './tokens.ts'

/** POST rerank, answered in the shapes of Jina and of Cohere at once. A document is worth the share of the query's words it has. */
export function rerank(call: Call): Reply {
  const { body, hash } = call
  if (typeof body.query !== 'string') return missing(call, 'query')
  const words = wordsOf(body.query)
  const texts = listOf(body.documents).map((each) => (isJson(each) ? stringOf(each.text) : stringOf(each)))
  const ranked = texts
    .map((text, index) => ({ index, text, relevance_score: shareOf(words, wordsOf(text)) }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, numberOf(body.top_n) ?? texts.length)
  const tokens = [body.query, ...texts].reduce((sum, text) => sum + countTokens(text), 0)
  return jsonReply(200, providerHeaders('openai', hash), {
    id: hash.slice(0, 32),
    model: stringOf(body.model),
    object: 'list',
    results: ranked.map(({ text, ...result }) =>
      body.return_documents === true ? { ...result, document: { text } } : result,
    ),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  })
}

function wordsOf(text: string): Set<string> {
  return new Set(tokensOf(text.toLowerCase()).map((token) => token.trim()))
}

function shareOf(wanted: Set<string>, found: Set<string>): number {
  return wanted.size === 0 ? 0 : [...wanted].filter((word) => found.has(word)).length / wanted.size
}
