import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MultipartFile } from '@fastify/multipart'
import { FileScene, type FileEntity } from '@parley/protocol/files'
import type { FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import type { Database, Transaction } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, diskFull, invalidField, rateLimited } from '../../platform/http/errors.ts'
import { createValidator } from '../../platform/http/validate.ts'
import { uploadedBytes } from '../../platform/metrics.ts'
import { isDiskFull, type Storage } from '../../platform/storage.ts'
import { detectFile } from './detect.ts'
import { reencodeImage } from './images.ts'
import { cleanName } from './names.ts'
import { insertFile, toEntity, type FileRecord } from './store.ts'

interface UploadDependencies {
  db: Database
  storage: Storage
  bytesMax: number
  deleteFiles(records: FileRecord[]): Promise<void>
  /** Refuses a file for which the workspace has no room. */
  requireStorage(tx: Transaction, workspaceId: string, bytes: number): Promise<void>
}

const sideMax = 20_000
const dayMs = 86_400_000
/** What a form may weigh beside its file. */
export const formBytesMax = 64 * 1024
const uploadsAtOnceMax = 20

/** The fields beside the file. Measures of video and audio are the sender's word: they only reserve a place on a page. */
const Fields = Type.Object(
  {
    scene: FileScene,
    width: Type.Optional(Type.Integer({ minimum: 1, maximum: sideMax })),
    height: Type.Optional(Type.Integer({ minimum: 1, maximum: sideMax })),
    durationMs: Type.Optional(Type.Integer({ minimum: 0, maximum: dayMs })),
    voice: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
type Fields = Static<typeof Fields>

const checkFields = createValidator(Fields, { part: 'fields', convert: true })

const tooLarge = (cause?: unknown) =>
  new AppError('PAYLOAD_TOO_LARGE', 'This file is larger than this server accepts.', { cause })

const brokenOff = /^(Unexpected end|Malformed|Multipart: Boundary|Part terminated|Premature close|aborted)/i

/** What goes wrong while bytes come in, in the words of the contract. */
function toRefusal(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error
  if (isDiskFull(error)) return diskFull(error)
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'FST_REQ_FILE_TOO_LARGE') return tooLarge(error)
  if (/^FST_(FILES|PARTS|FIELDS)_LIMIT$/.test(code))
    return new AppError('PAYLOAD_TOO_LARGE', 'Send one file a request, and no more fields than it needs.', {
      cause: error,
    })
  // What else the parser refuses is the form's fault, whatever status it would give that.
  return code.startsWith('FST_') || brokenOff.test(error.message)
    ? new AppError('VALIDATION_FAILED', 'The upload broke off or is not well formed.', { cause: error })
    : error
}

/** Takes the fields and streams the file to `path`, never holding more than a chunk of it. */
async function receive(
  request: FastifyRequest,
  path: string,
  bytesMax: number,
): Promise<{ fields: Fields; name: string }> {
  if (!request.isMultipart()) throw new AppError('UNSUPPORTED_MEDIA', 'Send the file as multipart/form-data.')
  if (Number(request.headers['content-length']) > bytesMax + formBytesMax) throw tooLarge()
  const given: Record<string, unknown> = {}
  let received: { fields: Fields; name: string } | undefined
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (received) throw invalidField(part.fieldname, 'Fields come before the file.')
      given[part.fieldname] = part.value
      continue
    }
    const fields = checkFields(given)
    await store(part, path)
    received = { fields, name: cleanName(part.filename ?? '') }
  }
  if (!received) throw invalidField('file', 'There is no file in the request.')
  return received
}

async function store(part: MultipartFile, path: string): Promise<void> {
  await pipeline(part.file, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  if (part.file.truncated) throw tooLarge()
}

type Contents = Pick<FileRecord, 'kind' | 'mime' | 'bytes' | 'width' | 'height' | 'durationMs'>

/** Judges what came in, and makes of images what may be kept. */
async function examine(path: string, keptPath: string, fields: Fields): Promise<Contents & { path: string }> {
  const { kind, mime } = await detectFile(path, fields.voice ?? false)
  if (kind === 'unreadable')
    throw new AppError('UNSUPPORTED_MEDIA', 'HEIC photos cannot be shown in browsers. Send this one as JPEG.', {
      details: { reason: 'heic' },
    })
  if (kind === 'image') {
    const image = await reencodeImage(path, keptPath, mime, fields.scene)
    const { width, height, bytes } = image
    return { kind, mime: image.mime, bytes, width, height, durationMs: null, path: keptPath }
  }
  if (fields.scene !== 'message')
    throw new AppError('UNSUPPORTED_MEDIA', 'Choose a JPEG, PNG, GIF, WebP or AVIF image.')
  const { size } = await stat(path)
  if (size === 0) throw invalidField('file', 'This file is empty.')
  const isMoving = kind === 'video' || kind === 'audio' || kind === 'voice'
  const { width = null, height = null, durationMs = null } = isMoving ? fields : {}
  const isVideo = kind === 'video'
  return { kind, mime, bytes: size, width: isVideo ? width : null, height: isVideo ? height : null, durationMs, path }
}

/**
 * Stores one upload: received, judged, re-encoded, written down, kept. The row comes before the bytes, so that whatever a
 * crash leaves is known to the sweep; its id is told only when both are there.
 */
export function createUpload({ db, storage, bytesMax, deleteFiles, requireStorage }: UploadDependencies) {
  async function keep(record: FileRecord, path: string, log: FastifyRequest['log']): Promise<FileEntity> {
    try {
      await storage.keep(path, record.storageKey)
      uploadedBytes.inc({ kind: record.kind }, record.bytes)
      return toEntity(record)
    } catch (error) {
      await deleteFiles([record]).catch((left: unknown) => log.warn({ err: left }, 'a failed upload awaits the sweep'))
      throw error
    }
  }

  async function take(actor: Actor, request: FastifyRequest): Promise<FileEntity> {
    const key = randomBytes(18).toString('hex')
    const path = join(storage.incomingDir, key)
    const keptPath = `${path}.kept`
    try {
      const { fields, name } = await receive(request, path, bytesMax)
      const { path: finished, ...contents } = await examine(path, keptPath, fields)
      const values = {
        ...contents,
        workspaceId: actor.workspaceId,
        ownerId: actor.userId,
        scene: fields.scene,
        name,
        storageKey: `${key.slice(0, 2)}/${key}`,
        createdAt: new Date(),
      }
      const record = await db.transaction(
        async (tx) => {
          await requireStorage(tx, actor.workspaceId, contents.bytes)
          return insertFile(tx, values)
        },
        { isolationLevel: 'read committed' },
      )
      return await keep(record, finished, request.log)
    } catch (error) {
      // Whoever sends the rest reads no answer before it is taken.
      request.raw.unpipe().resume()
      throw toRefusal(error)
    } finally {
      await Promise.all([rm(path, { force: true }), rm(keptPath, { force: true })])
    }
  }

  const running = new Map<string, number>()
  return async (actor: Actor, request: FastifyRequest): Promise<FileEntity> => {
    const others = running.get(actor.userId) ?? 0
    if (others >= uploadsAtOnceMax) throw rateLimited(1_000)
    running.set(actor.userId, others + 1)
    try {
      return await take(actor, request)
    } finally {
      const left = (running.get(actor.userId) ?? 1) - 1
      if (left === 0) running.delete(actor.userId)
      else running.set(actor.userId, left)
    }
  }
}
