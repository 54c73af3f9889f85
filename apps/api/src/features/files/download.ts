import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, diskFull, notFound, toWire } from '../../platform/http/errors.ts'
import { derivedKey, isDiskFull, type ByteRange, type Storage } from '../../platform/storage.ts'
import { writeThumbnail } from './images.ts'
import type { FileRecord } from './store.ts'

/** Media that a browser shows and cannot be made to run. Everything else is handed out to be saved. */
const inlineKinds = new Set(['image', 'video', 'audio', 'voice'])

/** `bytes=0-99`, `bytes=100-`, `bytes=-100`; several ranges at once are answered whole, as RFC 9110 14.2 allows. */
const rangePattern = /^bytes=(\d*)-(\d*)$/

/** The range asked for: null for all of it. */
function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = header === undefined ? null : rangePattern.exec(header.trim())
  if (!match) return null
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return null
  if (from === '' && Number(to) === 0) return 'unsatisfiable'
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return start > end || start >= size ? 'unsatisfiable' : { start, end }
}

/** Whether the client has what `tag` names; proxies may have made the tag a weak one. */
const hasTag = (header: string | undefined, tag: string): boolean =>
  header?.split(',').some((known) => known.trim().replace(/^W\//, '') === tag) ?? false

/** RFC 6266 and 5987: an ASCII stand-in for old clients, the true name for all others. */
function contentDisposition(type: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

interface Wanted {
  size?: number
  download?: boolean
}

/** What is to be sent, before anything of it is read. `size` stands for a small copy. */
interface Source {
  key: string
  mime: string
  tag: string
  size?: number
}

function chooseSource(record: FileRecord, { size, download }: Wanted): Source {
  const isSmall = Math.max(record.width ?? 0, record.height ?? 0) <= (size ?? 0)
  if (size === undefined || download || record.kind !== 'image' || isSmall)
    return { key: record.storageKey, mime: record.mime, tag: `"${record.id}"` }
  return {
    key: derivedKey(record.storageKey, `${size}.webp`),
    mime: 'image/webp',
    tag: `"${record.id}-${size}"`,
    size,
  }
}

/** Sends files: in ranges, small where asked, and never so that they could act as part of the app. */
export function createDownload(storage: Storage) {
  const making = new Map<string, Promise<void>>()

  async function makeThumbnail(record: FileRecord, key: string, size: number): Promise<void> {
    const path = join(storage.incomingDir, randomBytes(12).toString('hex'))
    const original = await storage.read(record.storageKey)
    if (!original) throw notFound('This file')
    try {
      await pipeline(original, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
      await writeThumbnail(path, `${path}.small`, size)
      await storage.keep(`${path}.small`, key)
    } catch (error) {
      throw isDiskFull(error) ? diskFull(error) : error
    } finally {
      await Promise.all([rm(path, { force: true }), rm(`${path}.small`, { force: true })])
    }
    // A recall in the meantime took the original away and could not know of this copy.
    if ((await storage.size(record.storageKey)) === null) await storage.remove(record.storageKey)
  }

  /** Size of what is to be sent. A small copy is made on first demand, and once however many ask at the same time. */
  async function measure(record: FileRecord, { key, size }: Source): Promise<number> {
    if (size === undefined) return record.bytes
    const kept = await storage.size(key)
    if (kept !== null) return kept
    const made = making.get(key) ?? makeThumbnail(record, key, size).finally(() => making.delete(key))
    making.set(key, made)
    await made
    const bytes = await storage.size(key)
    if (bytes === null) throw notFound('This file')
    return bytes
  }

  /** HEAD learns whether the bytes are there without reading them. */
  async function open(request: FastifyRequest, key: string, range: ByteRange | null): Promise<Readable> {
    const isHead = request.method === 'HEAD'
    const body = isHead
      ? (await storage.size(key)) !== null && Readable.from([])
      : await storage.read(key, range ?? undefined)
    if (!body) throw notFound('This file')
    return body
  }

  return async (
    record: FileRecord,
    wanted: Wanted,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const source = chooseSource(record, wanted)
    const { mime, tag } = source
    const cached = { etag: tag, 'cache-control': 'private, max-age=31536000, immutable' }
    if (hasTag(request.headers['if-none-match'], tag)) return reply.headers(cached).status(304).send()
    const bytes = await measure(record, source)
    const ifRange = request.headers['if-range']
    const mayRange = request.method === 'GET' && (ifRange === undefined || ifRange === tag)
    const range = mayRange ? parseRange(request.headers.range, bytes) : null
    if (range === 'unsatisfiable') {
      const refused = new AppError('VALIDATION_FAILED', 'The file is shorter than the range asked for.')
      void reply.status(416).header('content-range', `bytes */${bytes}`).type('application/json')
      return reply.send(JSON.stringify({ error: toWire(refused, request.id) }))
    }
    // Headers come last: a refusal up to here must not be kept for a year.
    const body = await open(request, source.key, range)
    const isInline = inlineKinds.has(record.kind) && !wanted.download
    void reply.headers({
      ...cached,
      'accept-ranges': 'bytes',
      'content-disposition': contentDisposition(isInline ? 'inline' : 'attachment', record.name),
      'content-length': range ? range.end - range.start + 1 : bytes,
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': mime === 'text/plain' ? 'text/plain; charset=utf-8' : mime,
      'x-content-type-options': 'nosniff',
    })
    if (range) void reply.status(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
    return reply.send(body)
  }
}
