import * as contracts from '@parley/protocol/files'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/http/actor.ts'
import { notFound } from '../../platform/http/errors.ts'
import { route } from '../../platform/http/route.ts'
import type { createDownload } from './download.ts'
import type { FileRecord } from './store.ts'
import type { createUpload } from './upload.ts'

interface RouteDependencies {
  upload: ReturnType<typeof createUpload>
  download: ReturnType<typeof createDownload>
  read(id: string): Promise<FileRecord | undefined>
  /** Whether the actor is in a room. */
  isMember(actor: Actor, roomId: string): Promise<boolean>
  /** Proves the actor by token or by the cookie that images and players send along. */
  authenticate(request: FastifyRequest): Promise<Actor>
}

/** Attachments are for the room that carries them, and until then for their owner; pictures of people and rooms for all. */
async function mayRead(actor: Actor, file: FileRecord, isMember: RouteDependencies['isMember']): Promise<boolean> {
  if (file.workspaceId !== actor.workspaceId) return false
  if (file.scene !== 'message') return true
  return file.roomId === null ? file.ownerId === actor.userId : isMember(actor, file.roomId)
}

export function registerRoutes(app: FastifyInstance, deps: RouteDependencies): void {
  route(app, contracts.uploadFile, ({ actor, request }) => deps.upload(actor, request))
  route(
    app,
    contracts.getFile,
    async ({ actor, params, query, request, reply }) => {
      const file = await deps.read(params.id)
      if (!file || !(await mayRead(actor, file, deps.isMember))) throw notFound('This file')
      return deps.download(file, query, request, reply)
    },
    { authenticate: deps.authenticate },
  )
}
