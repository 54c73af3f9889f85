import { countMessageTokens, message } from './anthropic.ts'
import type { Call } from './call.ts'
import { gemini } from './gemini.ts'
import { embeddings } from './embeddings.ts'
import { models } from './models.ts'
import { chatCompletion, completion } from './openai-chat.ts'
import { unknownPath } from './provider-errors.ts'
import type { Reply } from './reply.ts'

const posts: Record<string, (call: Call) => Reply> = {
  '/v1/chat/completions': chatCompletion,
  '/v1/completions': completion,
  '/v1/embeddings': embeddings,
  '/v1/messages': message,
  '/v1/messages/count_tokens': countMessageTokens,
}

/** Answers as the provider would. */
export function answerCall(call: Call): Reply {
  const { method, path } = call
  if (method === 'GET' && /^\/v1(beta)?\/models(\/|$)/.test(path)) return models(call)
  if (method !== 'POST') return unknownPath(call)
  const post = path.startsWith('/v1beta/models/') ? gemini : posts[path]
  return post ? post(call) : unknownPath(call)
}
