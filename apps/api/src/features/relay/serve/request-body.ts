import { isObject, refuseDeepNesting, type JsonObject } from '../dialects/json.ts'
import { RelayRefusal } from '../refusals.ts'
import type { Endpoint, EndpointName } from './endpoints.ts'

/** What a call asks for, as far as the relay itself has to know. */
export interface Asked {
  model: string
  isStream: boolean
  /** Most output tokens the client allows; null where it names no limit. */
  outputTokensMax: number | null
  /** Answers asked for side by side, each of which may use the whole limit. */
  choices: number
}

/** A call whose body was not understood yet. */
export const nothingAsked: Asked = { model: '', isStream: false, outputTokensMax: null, choices: 1 }

const modelLengthMax = 128

/** Endpoints whose answers are no text: nothing is set aside for output. */
const withoutOutput = new Set<EndpointName>([
  'count_tokens',
  'embeddings',
  'moderations',
  'rerank',
  'speech',
  'transcriptions',
  'translations',
])

/** What models are called where a client need not say. */
const defaultModels: Partial<Record<EndpointName, string>> = { moderations: 'omni-moderation-latest' }

const positive = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null

/** Reads a JSON body; what is none, no object, or nested too deeply to be walked over, is refused. */
export function parseBody(raw: Buffer): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(raw.toString())
  } catch (error) {
    throw new RelayRefusal('invalid_request', 'The body is not valid JSON.', { cause: error })
  }
  if (!isObject(value)) throw new RelayRefusal('invalid_request', 'The body must be a JSON object.')
  refuseDeepNesting(value)
  return value
}

/** What the body of a call asks for. */
export function readAsked({ name }: Endpoint, body: JsonObject): Asked {
  const model = body.model ?? defaultModels[name]
  if (typeof model !== 'string' || model === '')
    throw new RelayRefusal('invalid_request', 'Name a model.', { param: 'model' })
  if (model.length > modelLengthMax)
    throw new RelayRefusal('model_not_found', 'There is no model of this name.', { param: 'model' })
  // Which of them a provider heeds is its own affair, so the largest is set aside.
  const limits = [body.max_completion_tokens, body.max_tokens, body.max_output_tokens].flatMap(
    (it) => positive(it) ?? [],
  )
  return {
    model,
    isStream: body.stream === true,
    outputTokensMax: withoutOutput.has(name) ? 0 : limits.length > 0 ? Math.max(...limits) : null,
    choices: Math.min(positive(body.n) ?? 1, 128),
  }
}
