import { providerHeaders, type Call } from './call.ts'
import { contentText } from './answer.ts'
import { isJson, listOf, stringOf } from './json.ts'
import { missing } from './openai-chat.ts'
import { jsonReply, type Reply } from './reply.ts'

const categories = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
]

/** POST moderations: a text is flagged for the categories it names. */
export function moderations(call: Call): Reply {
  const { body, hash } = call
  if (body.input === undefined) return missing(call, 'input')
  const parts = listOf(body.input)
  const texts = parts.some(isJson) ? [contentText(parts)] : [body.input].flat().map(stringOf)
  return jsonReply(200, providerHeaders('openai', hash), {
    id: `modr-${hash.slice(0, 24)}`,
    model: stringOf(body.model) || 'omni-moderation-latest',
    results: texts.map(judged),
  })
}

function judged(text: string) {
  const named = (category: string) => text.includes(category)
  const of = <T>(value: (category: string) => T) => Object.fromEntries(categories.map((each) => [each, value(each)]))
  return {
    flagged: categories.some(named),
    categories: of(named),
    category_scores: of((category) => (named(category) ? 0.99 : 0.001)),
    category_applied_input_types: of(() => ['text']),
  }
}
