import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { AppError, toWire } from './errors.ts'

/** All headers and the address together, in bytes. Cookies and a token are about 2 kB. */
export const headerBytesMax = 16 * 1024

/** JSON bodies: the longest message is far below. Uploads are streamed and have a limit of their own. */
export const bodyBytesMax = 256 * 1024

/** A page of a hundred ids is about 2 kB. */
const addressLengthMax = 8 * 1024

/** Browsers and proxies together send about thirty. */
const headersMax = 100

/** Deeper and wider than anything the protocol describes. */
const depthMax = 16
const keysMax = 5_000

const doubleQuote = 0x22
const backslash = 0x5c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])
const colon = 0x3a

/** Whether JSON is neither too deep nor too wide, told from its text: what recurses over the parsed value may overflow. */
export function isWithinBounds(json: string): boolean {
  let depth = 0
  let keys = 0
  let isInString = false
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (isInString) {
      if (code === backslash) at += 1
      else if (code === doubleQuote) isInString = false
    } else if (code === doubleQuote) isInString = true
    else if (code === colon) keys += 1
    else if (opening.has(code)) depth += 1
    else if (closing.has(code)) depth -= 1
    if (depth > depthMax || keys > keysMax) return false
  }
  return true
}

/** Reads JSON and nothing else; `__proto__` and `constructor.prototype` are refused wherever they stand. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isWithinBounds(body)) return parse(request, body, done)
    done(new AppError('VALIDATION_FAILED', 'The body is nested too deeply or has too many fields.'))
  })
}

/** Why a request is refused before anybody looks at it: it is larger than any honest one. */
function oversized({ url = '', rawHeaders }: IncomingMessage): AppError | undefined {
  if (url.length > addressLengthMax) return new AppError('PAYLOAD_TOO_LARGE', 'The address is longer than allowed.')
  if (rawHeaders.length / 2 > headersMax)
    return new AppError('PAYLOAD_TOO_LARGE', 'The request has more headers than allowed.')
  return undefined
}

/** Limits what is read of requests. No promise in the hook: every request passes it. */
export function limitRequests(app: FastifyInstance): void {
  readJson(app)
  app.addHook('onRequest', ({ raw }, _, done) => done(oversized(raw)))
}

const refusals = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: new AppError('PAYLOAD_TOO_LARGE', 'The headers are larger than allowed.'),
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    error: new AppError('VALIDATION_FAILED', 'The request took too long to arrive.'),
  },
  other: {
    status: '400 Bad Request',
    error: new AppError('VALIDATION_FAILED', 'The request could not be read.'),
  },
}

const isKnown = (code: string): code is keyof typeof refusals => Object.hasOwn(refusals, code)

/** Answers what is no HTTP, before there is a request, in the same envelope as everything else. */
export function answerBrokenRequest(thrown: Error & { code?: string }, socket: Socket): void {
  if (thrown.code === 'ECONNRESET' || socket.destroyed) return
  const code = thrown.code ?? 'other'
  const { status, error } = refusals[isKnown(code) ? code : 'other']
  const body = JSON.stringify({ error: toWire(error, randomUUID()) })
  const head = [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Type: application/json; charset=utf-8']
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  socket.destroy(thrown)
}
