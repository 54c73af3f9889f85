import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError, notFound, toWire } from '../../platform/http/errors.ts'
import { derivedKey, type ByteRange, type Storage } from '../../platform/storage.ts'
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
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from === '' && Number(to) === 0) return 'unsatisfiable'
  return start > end || start >= size ? 'unsatisfiable' : { start, end }
}

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

/** Sends files: in ranges, small where asked, and never so that they could act as part of the app. */
export function createDownload(storage: Storage) {
  const making = new Map<string, Promise<void>>()

  async function makeThumbnail(record: FileRecord, key: string, size: number): Promise<void> {
    const path = join(storage.incomingDir, randomBytes(12).toString('hex'))
    try {
      await pipeline(await storage.read(record.storageKey), createWriteStream(path, { flags: 'wx' }))
      await writeThumbnail(path, `${path}.small`, size)
      await storage.keep(`${path}.small`, key)
    } finally {
      await Promise.all([rm(path, { force: true }), rm(`${path}.small`, { force: true })])
    }
  }

  /** The small copy, made on first demand and once however many ask at the same time. */
  async function thumbnailOf(record: FileRecord, size: number): Promise<{ key: string; bytes: number }> {
    const key = derivedKey(record.storageKey, `${size}.webp`)
    const kept = await storage.size(key)
    if (kept !== null) return { key, bytes: kept }
    const made = making.get(key) ?? makeThumbnail(record, key, size).finally(() => making.delete(key))
    making.set(key, made)
    await made
    return { key, bytes: (await storage.size(key)) ?? 0 }
  }

  async function sourceOf(record: FileRecord, size: number | undefined) {
    // A still copy of a moving picture would be another picture, and one smaller than asked needs no copy.
    const isSmall = size !== undefined && Math.max(record.width ?? 0, record.height ?? 0) <= size
    if (size === undefined || record.kind !== 'image' || record.mime === 'image/gif' || isSmall)
      return { key: record.storageKey, bytes: record.bytes, mime: record.mime, tag: `"${record.id}"` }
    return { ...(await thumbnailOf(record, size)), mime: 'image/webp', tag: `"${record.id}-${size}"` }
  }

  return async (
    record: FileRecord,
    wanted: Wanted,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    if ((await storage.size(record.storageKey)) === null) throw notFound('This file')
    const { key, bytes, mime, tag } = await sourceOf(record, wanted.size)
    const isInline = inlineKinds.has(record.kind) && !wanted.download
    void reply.headers({
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=31536000, immutable',
      'content-disposition': contentDisposition(isInline ? 'inline' : 'attachment', record.name),
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': mime === 'text/plain' ? 'text/plain; charset=utf-8' : mime,
      etag: tag,
      'x-content-type-options': 'nosniff',
    })
    if (request.headers['if-none-match'] === tag) return reply.status(304).send()
    const ifRange = request.headers['if-range']
    const range = ifRange === undefined || ifRange === tag ? parseRange(request.headers.range, bytes) : null
    if (range === 'unsatisfiable') {
      const refused = new AppError('VALIDATION_FAILED', 'The file is shorter than the range asked for.')
      void reply.status(416).header('content-range', `bytes */${bytes}`).removeHeader('content-disposition')
      return reply.type('application/json').send(JSON.stringify({ error: toWire(refused, request.id) }))
    }
    if (range) void reply.status(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
    void reply.header('content-length', range ? range.end - range.start + 1 : bytes)
    return reply.send(await storage.read(key, range ?? undefined))
  }
}
