import multipart from '@fastify/multipart'
import type { FileEntity, FileScene } from '@parley/protocol/files'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import type { Database, Queryable, Transaction } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound } from '../../platform/http/errors.ts'
import type { Storage } from '../../platform/storage.ts'
import { createDownload } from './download.ts'
import { registerRoutes } from './routes.ts'
import * as store from './store.ts'
import { createSweep, unsentMs } from './sweep.ts'
import { createUpload } from './upload.ts'

interface FileDependencies {
  db: Database
  storage: Storage
  config: Pick<Config, 'UPLOAD_BYTES_MAX'>
  isMember(actor: Actor, roomId: string): Promise<boolean>
  /** Refuses a file for which the workspace has no room. */
  requireStorage(tx: Transaction, workspaceId: string, bytes: number): Promise<void>
  /** Whether a file was shared with the actor. */
  isShared(actor: Actor, fileId: string): Promise<boolean>
  authenticate(request: FastifyRequest): Promise<Actor>
  onError(error: unknown): void
}

const purgeBatch = 100
const formLimits = {
  files: 1,
  fields: 8,
  parts: 10,
  fieldNameSize: 50,
  fieldSize: 200,
  headerPairs: 20,
  headerSize: 8_192,
}

/** What other features need of files. */
export function createFileAccess(db: Database, storage: Storage) {
  /** Bytes first: a crash in between leaves a row for the sweep, not bytes that nobody knows of. */
  async function deleteFiles(records: store.FileRecord[]): Promise<void> {
    for (const { storageKey } of records) await storage.remove(storageKey)
    await store.deleteRecords(
      db,
      records.map(({ id }) => id),
    )
  }

  return {
    deleteFiles,
    async requireOwnFile(actor: Actor, id: string, scene: FileScene): Promise<void> {
      const file = await store.readFile(db, id)
      if (file?.ownerId !== actor.userId || file.scene !== scene) throw notFound('This file')
    },
    /** The actor's own attachments that no message carries yet, in the order asked. */
    async describeFiles(actor: Actor, ids: string[]): Promise<FileEntity[]> {
      const found = new Map((await store.readFiles(db, ids)).map((file) => [file.id, file]))
      return ids.map((id) => {
        const file = found.get(id)
        const isFree = file?.ownerId === actor.userId && file.scene === 'message' && file.seq === null
        if (!isFree || Date.now() - file.createdAt.getTime() > unsentMs) throw notFound('This file')
        return store.toEntity(file)
      })
    },
    detachFiles: (tx: Queryable, roomId: string, seq: number) => store.detachFiles(tx, roomId, seq),
    deleteFilesById: async (ids: string[]) => {
      if (ids.length > 0) await deleteFiles(await store.readFiles(db, ids))
    },
    async purgeFilesOf(roomId: string): Promise<void> {
      for (;;) {
        const batch = await store.readFilesOfRoom(db, roomId, purgeBatch)
        if (batch.length === 0) return
        await deleteFiles(batch)
      }
    },
    async openAvatar(id: string) {
      const file = await store.readFile(db, id)
      const stream = file?.scene === 'avatar' ? await storage.read(file.storageKey) : null
      return file && stream ? { mime: file.mime, stream } : null
    },
  }
}

/**
 * Attachments are for the room that carries them, and until then for their owner, and for whom they were shared with;
 * pictures of people and rooms are for all.
 */
async function mayRead(
  actor: Actor,
  file: store.FileRecord,
  { isMember, isShared }: Pick<FileDependencies, 'isMember' | 'isShared'>,
): Promise<boolean> {
  if (file.workspaceId !== actor.workspaceId) return false
  if (file.scene !== 'message') return true
  const isTheirs = file.roomId === null ? file.ownerId === actor.userId : await isMember(actor, file.roomId)
  return isTheirs || isShared(actor, file.id)
}

/** Files: uploads judged and cleaned as they come, downloads for whoever may see what carries them. */
export function createFiles(deps: FileDependencies, access: ReturnType<typeof createFileAccess>) {
  const { db, storage, config, requireStorage, authenticate } = deps
  const { deleteFiles } = access
  const sweep = createSweep({ db, storage, deleteFiles, onError: deps.onError })

  /** A file the actor may read. */
  async function readable(actor: Actor, id: string): Promise<store.FileRecord | undefined> {
    const file = await store.readFile(db, id)
    return file && (await mayRead(actor, file, deps)) ? file : undefined
  }

  return {
    /** Whose file it is; null unless the actor may read it. */
    ownerOfReadable: async (actor: Actor, id: string) => (await readable(actor, id))?.ownerId ?? null,
    routes(app: FastifyInstance): void {
      // In a scope of its own: no other route takes forms, nor pays for the parser's hooks.
      void app.register(async (scope) => {
        await scope.register(multipart, { limits: { ...formLimits, fileSize: config.UPLOAD_BYTES_MAX } })
        registerRoutes(scope, {
          upload: createUpload({ db, storage, bytesMax: config.UPLOAD_BYTES_MAX, deleteFiles, requireStorage }),
          download: createDownload(storage),
          read: readable,
          authenticate,
        })
      })
      app.addHook('onListen', async () => sweep.start())
      app.addHook('preClose', () => sweep.close())
    },
    // Files have nothing to say on sockets: messages carry them.
    realtime: () => undefined,
  }
}
