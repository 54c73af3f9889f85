import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'

/** Where the work at hand comes from. */
export interface RequestContext {
  /** Said in the answer, in every line of the log and in the audit log. */
  requestId: string
  /** Network address of who asked. */
  address: string
}

const storage = new AsyncLocalStorage<RequestContext>()

/** What nobody asked for: jobs and the start of the process. */
const system: RequestContext = { requestId: 'system', address: '' }

/** The request or command that is being worked on, at any depth below it. */
export const requestContext = (): RequestContext => storage.getStore() ?? system

/** Runs `work`, and all that it starts, as part of one request. */
export const withRequestContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work)

/** Gives every HTTP request its context, before any other hook. */
export function registerRequestContext(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => {
    withRequestContext({ requestId: request.id, address: request.ip }, done)
  })
}
