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
  /** A file the actor may read. */
  read(actor: Actor, id: string): Promise<FileRecord | undefined>
  /** Proves the actor by token or by the cookie that images and players send along. */
  authenticate(request: FastifyRequest): Promise<Actor>
}

export function registerRoutes(app: FastifyInstance, deps: RouteDependencies): void {
  route(app, contracts.uploadFile, ({ actor, request }) => deps.upload(actor, request))
  route(
    app,
    contracts.getFile,
    async ({ actor, params, query, request, reply }) => {
      const file = await deps.read(actor, params.id)
      if (!file) throw notFound('This file')
      return deps.download(file, query, request, reply)
    },
    { authenticate: deps.authenticate },
  )
}
