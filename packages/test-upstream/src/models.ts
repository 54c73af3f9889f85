import { madeAt, providerHeaders, type Call } from './call.ts'
import { errorReply, openaiError } from './provider-errors.ts'
import { jsonReply, type Reply } from './reply.ts'

/** The models that are listed; any other name is answered too. */
const listed = [
  'test-small',
  'test-large',
  'test-reasoner',
  'test-embedding',
  'test-image',
  'test-speech',
  'test-rerank',
]

/** GET models and models/:id, as each provider lists them. */
export function models(call: Call, names: string[] = listed): Reply {
  const { provider, hash, path } = call
  const id = decodeURIComponent(path.split('/')[3] ?? '')
  const headers = providerHeaders(provider, hash)
  if (id !== '' && !names.includes(id)) {
    if (provider !== 'openai') return errorReply(call, 404)
    const message = `The model '${id}' does not exist`
    return jsonReply(404, headers, openaiError(message, 'invalid_request_error', 'model_not_found', 'model'))
  }
  const dress = { openai: openaiModel, anthropic: anthropicModel, gemini: geminiModel }[provider]
  if (id !== '') return jsonReply(200, headers, dress(id))
  const data = names.map((name) => dress(name))
  if (provider === 'gemini') return jsonReply(200, headers, { models: data })
  if (provider === 'openai') return jsonReply(200, headers, { object: 'list', data })
  return jsonReply(200, headers, { data, has_more: false, first_id: names[0], last_id: names.at(-1) })
}

function openaiModel(id: string) {
  return { id, object: 'model', created: madeAt, owned_by: 'test-upstream' }
}

function anthropicModel(id: string) {
  return { type: 'model', id, display_name: id, created_at: new Date(madeAt * 1000).toISOString() }
}

function geminiModel(id: string) {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }
}
