import { randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isDiskFull } from '../../../platform/storage.ts'
import type { JsonObject } from '../dialects/json.ts'
import { RelayRefusal } from '../refusals.ts'
import { createFormScanner, type FormField } from './multipart-scanner.ts'

/** A form that has come in whole: in memory if it is small, else on disk. It can be sent any number of times. */
export interface Form {
  /** The fields the relay reads, as a JSON body would have them. */
  fields: JsonObject
  /** The form byte by byte as it came, but for fields that have another text in `body`. */
  outgoing(body: JsonObject): { body: Buffer | Readable; bytes: number }
  /** To be called once nobody sends it any more. */
  close(): Promise<void>
}

export const formBytesMax = 100 * 1024 * 1024
const memoryBytesMax = 1024 * 1024
const readBytes = 64 * 1024

const wanted = new Set(['model', 'stream', 'response_format', 'n', 'prompt', 'language'])
/** Of them those that may go upstream with another text. */
const replaced = ['model', 'prompt'] as const

const tooLarge = () =>
  new RelayRefusal('request_too_large', `The form is larger than ${formBytesMax / 1024 / 1024} MB.`)

/** The boundary of a form, from its content type. */
function boundaryOf({ headers }: IncomingMessage): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(headers['content-type'] ?? '') ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined)
    throw new RelayRefusal('invalid_request', 'The content type of the form does not tell its boundary.')
  return boundary
}

/** What a JSON body would hold for these fields. */
function jsonOf(fields: Map<string, FormField>): JsonObject {
  const body: JsonObject = {}
  for (const [name, { value }] of fields) {
    if (name === 'stream') body[name] = value.toLowerCase() === 'true' || value === '1'
    else body[name] = name === 'n' ? Number(value) : value
  }
  return body
}

/** What was received so far. */
interface Spool {
  chunks: Buffer[]
  bytes: number
  /** Where it is once it has outgrown the memory. Its name is deleted at once, so that a crash leaves nothing behind. */
  file: FileHandle | null
}

async function openFile(folder: string): Promise<FileHandle> {
  const path = join(folder, `form-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}

async function add(spool: Spool, chunk: Buffer, folder: string): Promise<void> {
  spool.bytes += chunk.length
  if (spool.bytes > formBytesMax) throw tooLarge()
  spool.chunks.push(chunk)
  if (spool.bytes <= memoryBytesMax) return
  spool.file ??= await openFile(folder)
  await spool.file.appendFile(Buffer.concat(spool.chunks))
  spool.chunks = []
}

type Piece = Buffer | { from: number; to: number }

/** The form in pieces: new texts, and places that stay as they came. */
function piecesOf(fields: Map<string, FormField>, bytes: number, body: JsonObject): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  const changed = replaced
    .flatMap((name) => {
      const field = fields.get(name)
      const text = body[name]
      return field && typeof text === 'string' && text !== field.value ? [{ ...field, text }] : []
    })
    .toSorted((one, other) => one.from - other.from)
  for (const { from, to, text } of changed) {
    pieces.push({ from: at, to: from }, Buffer.from(text))
    at = to
  }
  return [...pieces, { from: at, to: bytes }]
}

const lengthOf = (piece: Piece): number => (Buffer.isBuffer(piece) ? piece.length : piece.to - piece.from)

async function* read(file: FileHandle, pieces: Piece[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) {
      yield piece
      continue
    }
    for (let at = piece.from; at < piece.to;) {
      const length = Math.min(readBytes, piece.to - at)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead === 0) throw new Error('a form on disk is shorter than it was')
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }
}

/** What goes wrong while a form comes in, as the client is told it. */
function toFormRefusal(error: unknown): unknown {
  if (error instanceof RelayRefusal) return error
  if (isDiskFull(error))
    return new RelayRefusal('overloaded', 'The relay has no room for this file. Tell your administrator.', {
      cause: error,
    })
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
    ? new RelayRefusal('invalid_request', 'The upload broke off.', { cause: error })
    : error
}

/** Receives a form, as fast as it can be put away. Throws a refusal for one that is malformed, too large or broken off. */
export async function receiveForm(request: IncomingMessage, folder: string): Promise<Form> {
  const scanner = createFormScanner(boundaryOf(request), wanted)
  if (Number(request.headers['content-length']) > formBytesMax) throw tooLarge()
  const spool: Spool = { chunks: [], bytes: 0, file: null }
  try {
    // The connection stays, for the refusal of what comes too large.
    const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of chunks) {
      scanner.push(chunk)
      await add(spool, chunk, folder)
    }
    return formOf(scanner.end(), spool)
  } catch (error) {
    await spool.file?.close()
    throw toFormRefusal(error)
  }
}

function formOf(fields: Map<string, FormField>, { chunks, bytes, file }: Spool): Form {
  const whole = Buffer.concat(chunks)
  return {
    fields: jsonOf(fields),
    outgoing(body) {
      const pieces = piecesOf(fields, bytes, body)
      const sent = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
      if (file) return { body: Readable.from(read(file, pieces), { objectMode: false }), bytes: sent }
      const parts = pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : whole.subarray(piece.from, piece.to)))
      return { body: Buffer.concat(parts), bytes: sent }
    },
    async close() {
      await file?.close()
    },
  }
}
