import { AsyncLocalStorage } from 'node:async_hooks'
import type { TracingChannel } from 'node:diagnostics_channel'
import type { Span } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'

/** Where the work at hand comes from. */
export interface RequestContext {
  /** Said in the answer, in every line of the log and in the audit log. */
  requestId: string
  /** Network address of who asked. */
  address: string
  /** What was asked for: method and pattern of a route, or the name of a command. */
  route?: string
  /** Who asks, once that is proven. */
  actor?: { userId: string; workspaceId: string }
  /** The span of the work at hand, while the process traces. */
  span?: Span | undefined
}

const storage = new AsyncLocalStorage<RequestContext>()

/** What nobody asked for: jobs and the start of the process. */
const system: RequestContext = { requestId: 'system', address: '' }

/** The request or command that is being worked on, at any depth below it. */
export const requestContext = (): RequestContext => storage.getStore() ?? system

/** Runs `work`, and all that it starts, as part of one request. */
export const withRequestContext = <T>(context: RequestContext, work: () => T): T => storage.run(context, work)

/** Runs what is nobody's: work that goes on for others after the request that began it. */
export const outsideRequests = <T>(work: () => T): T => storage.run({ ...system }, work)

/** Says who asks, so that every further line of the log names the person and the workspace. */
export function noteActor({ userId, workspaceId }: { userId: string; workspaceId: string }): void {
  const context = storage.getStore()
  if (context) context.actor = { userId, workspaceId }
}

/** Says which span the work of this request belongs to. */
export function noteSpan(span: Span): void {
  const context = storage.getStore()
  if (context) context.span = span
}

/** Gives whoever is called back through a channel the context in which it asked; answers how to stop. */
export function keepRequestContext(channel: TracingChannel): () => void {
  const asked = new WeakMap<object, RequestContext>()
  const atStart = (message: object): RequestContext => {
    const context = requestContext()
    asked.set(message, context)
    return context
  }
  channel.start.bindStore(storage, atStart)
  channel.asyncStart.bindStore(storage, (message: object) => asked.get(message) ?? system)
  return () => {
    channel.start.unbindStore(storage)
    channel.asyncStart.unbindStore(storage)
  }
}

/** Gives every HTTP request its context, before any other hook. */
export function registerRequestContext(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => {
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`
    withRequestContext({ requestId: request.id, address: request.ip, route }, done)
  })
}
