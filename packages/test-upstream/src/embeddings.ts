import { hashOf, providerHeaders, type Call } from './call.ts'
import { listOf, numberOf, stringOf } from './json.ts'
import { missing } from './openai-chat.ts'
import { jsonReply, type Reply } from './reply.ts'
import { countTokens } from './tokens.ts'

const dimensionsMax = 4096

/** POST embeddings. The vector of a text is always the same, and of length 1. */
export function embeddings(call: Call): Reply {
  const { body, hash } = call
  if (body.input === undefined) return missing(call, 'input')
  const inputs = inputsOf(body.input)
  const dimensions = Math.min(numberOf(body.dimensions) ?? 1536, dimensionsMax)
  const tokens = inputs.reduce<number>((sum, input) => sum + tokensOfInput(input), 0)
  const data = inputs.map((input, index) => {
    const vector = vectorOf(JSON.stringify(input), dimensions)
    const embedding = body.encoding_format === 'base64' ? base64Of(vector) : [...vector]
    return { object: 'embedding', index, embedding }
  })
  return jsonReply(200, providerHeaders('openai', hash), {
    object: 'list',
    data,
    model: stringOf(body.model),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  })
}

/** One text, texts, the tokens of one text, or those of several. */
function inputsOf(input: unknown): unknown[] {
  const several = Array.isArray(input) && typeof input[0] !== 'number'
  return several ? listOf(input) : [input]
}

function tokensOfInput(input: unknown): number {
  return typeof input === 'string' ? countTokens(input) : listOf(input).length
}

export function vectorOf(text: string, dimensions: number): Float32Array {
  let state = Number.parseInt(hashOf(text).slice(0, 8), 16)
  const vector = Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
  const length = Math.hypot(...vector)
  return vector.map((each) => each / length)
}

function base64Of(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}
