import type { Envelope } from '../refusals.ts'

/** What an endpoint is, for the log, the upstream's address and how its use is counted. */
export type EndpointName =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'messages'
  | 'count_tokens'
  | 'embeddings'
  | 'moderations'
  | 'images'
  | 'image_edits'
  | 'image_variations'
  | 'speech'
  | 'transcriptions'
  | 'translations'
  | 'rerank'
  | 'realtime'

/** One endpoint that is answered by an upstream. */
export interface Endpoint {
  name: EndpointName
  path: string
  /** Whose clients call it, and so what its errors look like. */
  envelope: Envelope
  /** `multipart`: a form that is passed through as it comes; only its fields are read. */
  body: 'json' | 'multipart'
}

export const endpoints: readonly Endpoint[] = [
  { name: 'chat', path: '/v1/chat/completions', envelope: 'openai', body: 'json' },
  { name: 'completions', path: '/v1/completions', envelope: 'openai', body: 'json' },
  { name: 'responses', path: '/v1/responses', envelope: 'openai', body: 'json' },
  { name: 'messages', path: '/v1/messages', envelope: 'anthropic', body: 'json' },
  { name: 'count_tokens', path: '/v1/messages/count_tokens', envelope: 'anthropic', body: 'json' },
  { name: 'embeddings', path: '/v1/embeddings', envelope: 'openai', body: 'json' },
  { name: 'moderations', path: '/v1/moderations', envelope: 'openai', body: 'json' },
  { name: 'images', path: '/v1/images/generations', envelope: 'openai', body: 'json' },
  { name: 'image_edits', path: '/v1/images/edits', envelope: 'openai', body: 'multipart' },
  { name: 'image_variations', path: '/v1/images/variations', envelope: 'openai', body: 'multipart' },
  { name: 'speech', path: '/v1/audio/speech', envelope: 'openai', body: 'json' },
  { name: 'transcriptions', path: '/v1/audio/transcriptions', envelope: 'openai', body: 'multipart' },
  { name: 'translations', path: '/v1/audio/translations', envelope: 'openai', body: 'multipart' },
  { name: 'rerank', path: '/v1/rerank', envelope: 'openai', body: 'json' },
]
