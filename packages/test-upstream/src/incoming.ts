import type { IncomingMessage } from 'node:http'
import { hashOf, keyOf, providerOf, type Call } from './call.ts'
import { isJson, type Json } from './json.ts'
import { boundaryOf, readForm, type Form } from './multipart.ts'

/** A request, before its body is looked at. */
export interface Incoming extends Pick<Call, 'method' | 'path' | 'query' | 'headers' | 'provider'> {
  url: string
  key: string | undefined
  /** It came in under `/failures`. */
  failing: boolean
}

export type Content = Buffer | Form

export function incomingOf({ method = 'GET', url = '/', headers }: IncomingMessage): Incoming {
  const queryAt = url.indexOf('?')
  const whole = queryAt < 0 ? url : url.slice(0, queryAt)
  const failing = whole.startsWith('/failures/')
  const path = failing ? whole.slice('/failures'.length) : whole.replace('/answers/', '/')
  const query = new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt))
  return { method, url, path, query, headers, failing, provider: providerOf(path, headers), key: keyOf(headers, query) }
}

/** Reads the body. Who goes away before it is whole is not answered. */
export function receive(request: IncomingMessage, done: (content: Content) => void): void {
  const boundary = boundaryOf(request.headers['content-type'])
  if (boundary !== undefined) {
    readForm(request, boundary).then(done, () => request.destroy())
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
}

/** The call a request makes; undefined if its body is no JSON object. */
export function readCall(incoming: Incoming, content: Content, responses: Call['responses']): Call | undefined {
  if (!Buffer.isBuffer(content)) {
    const { fields, files } = content
    return { ...incoming, responses, files, body: fields, hash: meaningOf(incoming.path, { ...fields, files }) }
  }
  const body = content.length === 0 ? {} : parsed(content)
  return isJson(body) ? { ...incoming, responses, body, hash: meaningOf(incoming.path, body) } : undefined
}

/** Does not depend on the form of the answer, nor on what a relay may change: names of models, usage in streams. */
function meaningOf(path: string, body: Json): string {
  return hashOf(path, JSON.stringify({ ...body, model: undefined, stream: undefined, stream_options: undefined }))
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
