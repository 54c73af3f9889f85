import { hashOf, providerHeaders, type Call, type Provider } from './call.ts'
import { jsonReply, type Reply } from './reply.ts'

/** What each provider says when it answers this status, as they word it. */
const openai: Record<number, { message: string; type: string; param?: string; code?: string }> = {
  400: {
    message: "Invalid type for 'temperature': expected a decimal.",
    type: 'invalid_request_error',
    param: 'temperature',
    code: 'invalid_type',
  },
  401: {
    message:
      'Incorrect API key provided: wrong. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  403: {
    message: 'You are not allowed to sample from this model.',
    type: 'invalid_request_error',
    code: 'model_not_allowed',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  408: { message: 'Request timed out.', type: 'server_error' },
  413: { message: 'Request body too large.', type: 'invalid_request_error', code: 'request_too_large' },
  422: { message: 'The request could not be processed.', type: 'invalid_request_error', code: 'unprocessable_entity' },
  429: {
    message: 'Rate limit reached for requests. Please try again later.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  451: {
    message: 'Unavailable for legal reasons.',
    type: 'invalid_request_error',
    code: 'unavailable_for_legal_reasons',
  },
  500: { message: 'The server had an error while processing your request. Sorry about that!', type: 'server_error' },
  503: {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'server_error',
    code: 'service_unavailable',
  },
  529: {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'server_error',
    code: 'overloaded',
  },
}

const anthropic: Record<number, { type: string; message: string }> = {
  400: { type: 'invalid_request_error', message: 'temperature: Input should be a valid number' },
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  403: { type: 'permission_error', message: 'Your API key does not have permission to use the specified resource.' },
  404: { type: 'not_found_error', message: 'model: not found' },
  408: { type: 'timeout_error', message: 'Request timed out' },
  413: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
  429: { type: 'rate_limit_error', message: 'This request would exceed your rate limit. Please try again later.' },
  500: { type: 'api_error', message: 'Internal server error' },
  503: { type: 'api_error', message: 'Service unavailable' },
  529: { type: 'overloaded_error', message: 'Overloaded' },
}

const gemini: Record<number, { status: string; message: string }> = {
  400: { status: 'INVALID_ARGUMENT', message: 'Invalid value at generation_config.temperature.' },
  401: { status: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' },
  403: { status: 'PERMISSION_DENIED', message: 'The caller does not have permission.' },
  404: { status: 'NOT_FOUND', message: 'The model is not found for API version v1beta.' },
  408: { status: 'DEADLINE_EXCEEDED', message: 'Deadline expired before operation could complete.' },
  429: { status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota.' },
  500: { status: 'INTERNAL', message: 'An internal error has occurred.' },
  503: { status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
}

export function openaiError(message: string, type = 'invalid_request_error', code?: string, param?: string) {
  return { error: { message, type, param: param ?? null, code: code ?? null } }
}

/** The body of an error in the envelope of the provider. */
export function errorBody(provider: Provider, status: number, says?: string): unknown {
  if (provider === 'anthropic') {
    const known = anthropic[status] ?? { type: status < 500 ? 'invalid_request_error' : 'api_error', message: 'Error' }
    return { type: 'error', error: { type: known.type, message: says ?? known.message } }
  }
  if (provider === 'gemini') {
    const known = gemini[status] ?? { status: status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL', message: 'Error' }
    return { error: { code: status, message: says ?? known.message, status: known.status } }
  }
  const known = openai[status] ?? { message: 'Error', type: status < 500 ? 'invalid_request_error' : 'server_error' }
  return openaiError(says ?? known.message, known.type, known.code, known.param)
}

export function errorReply({ provider, hash }: Pick<Call, 'provider' | 'hash'>, status: number, says?: string): Reply {
  return jsonReply(status, providerHeaders(provider, hash), errorBody(provider, status, says))
}

export function badJson(provider: Provider): Reply {
  const hash = hashOf(provider)
  const says = {
    openai: 'We could not parse the JSON body of your request.',
    anthropic: 'The request body is not valid JSON',
    gemini: 'Invalid JSON payload received.',
  }
  const body =
    provider === 'openai' ? openaiError(says.openai, 'invalid_request_error') : errorBody(provider, 400, says[provider])
  return jsonReply(400, providerHeaders(provider, hash), body)
}

export function unknownPath({ provider, method, path, hash }: Call): Reply {
  const says = `Invalid URL (${method} ${path})`
  const body =
    provider === 'openai' ? openaiError(says, 'invalid_request_error') : errorBody(provider, 404, 'Not found')
  return jsonReply(404, providerHeaders(provider, hash), body)
}

/** What a provider says to a call without a key, or with the key `wrong`; undefined for any other key. */
export function keyRefusal(provider: Provider, key: string | undefined): Reply | undefined {
  if (key !== undefined && key !== 'wrong') return undefined
  const hash = hashOf(provider, key ?? '')
  if (provider === 'openai' && key === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
    return jsonReply(401, providerHeaders(provider, hash), openaiError(message))
  }
  if (provider === 'anthropic' && key === undefined)
    return jsonReply(401, providerHeaders(provider, hash), errorBody(provider, 401, 'x-api-key header is required'))
  if (provider !== 'gemini') return errorReply({ provider, hash }, 401)
  // Google answers a wrong key with 400, and none with 403.
  if (key === undefined)
    return errorReply({ provider, hash }, 403, 'Method doesn’t allow unregistered callers. Please use API Key.')
  return errorReply({ provider, hash }, 400, 'API key not valid. Please pass a valid API key.')
}
