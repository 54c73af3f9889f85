import { countMessageTokens, message } from './anthropic.ts'
import type { Call } from './call.ts'
import { gemini } from './gemini.ts'
import { embeddings } from './embeddings.ts'
import { models } from './models.ts'
import { moderations } from './moderations.ts'
import { chatCompletion, completion } from './openai-chat.ts'
import { images, speech, transcription } from './openai-media.ts'
import { responses } from './openai-responses.ts'
import { unknownPath } from './provider-errors.ts'
import { rerank } from './rerank.ts'
import type { Reply } from './reply.ts'

const posts: Record<string, (call: Call) => Reply> = {
  '/v1/chat/completions': chatCompletion,
  '/v1/completions': completion,
  '/v1/embeddings': embeddings,
  '/v1/moderations': moderations,
  '/v1/images/generations': images,
  '/v1/images/edits': images,
  '/v1/images/variations': images,
  '/v1/audio/speech': speech,
  '/v1/audio/transcriptions': transcription,
  '/v1/audio/translations': transcription,
  '/v1/rerank': rerank,
  '/v1/messages': message,
  '/v1/messages/count_tokens': countMessageTokens,
}

/** Answers as the provider would. */
export function answerCall(call: Call): Reply {
  const { method, path } = call
  if (method === 'GET' && /^\/v1(beta)?\/models(\/|$)/.test(path)) return models(call)
  if (/^\/v1\/responses(\/|$)/.test(path)) return responses(call)
  if (method !== 'POST') return unknownPath(call)
  const post = path.startsWith('/v1beta/models/') ? gemini : posts[path]
  return post ? post(call) : unknownPath(call)
}
