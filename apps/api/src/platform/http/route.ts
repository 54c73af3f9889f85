import type { Requirement } from '@parley/protocol/access'
import type { Contract, RequestOf, ResponseOf } from '@parley/protocol/contract'
import { ErrorEnvelope, type WireError } from '@parley/protocol/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import type { Actor } from './actor.ts'
import { noteActor } from '../request-context.ts'
import { AppError } from './errors.ts'
import { createValidator } from './validate.ts'
import { rateClassOf } from '../rate-classes.ts'

/** What a handler is given: the parts its contract names, checked, and the actor if the contract asks for one. */
export type HandlerInput<C extends Contract> = RequestOf<C> & {
  actor: C['auth'] extends 'session' ? Actor : null
  request: FastifyRequest
  reply: FastifyReply
}

/** Answers the body of success; a handler of a contract without `response` may send through `reply` itself. */
export type Handler<C extends Contract> = (
  input: HandlerInput<C>,
) => Promise<C['response'] extends object ? ResponseOf<C> : unknown>

export interface RouteOptions {
  /** Largest body in bytes where it is not the server's default. */
  bodyLimit?: number
  /** Writes the body of success in another way than by the schema's compiled serialiser. */
  serializerCompiler?: () => (body: unknown) => string
  /** Proves the actor in another way than by the access token. */
  authenticate?: (request: FastifyRequest) => Promise<Actor>
  /** Decides in another way what the actor is permitted; throws PERMISSION_DENIED. */
  authorize?: (actor: Actor, requirement: Requirement) => Promise<void>
  /** Answers with and without a slash at the end of the path, for clients that write it the other way. */
  withOrWithoutSlash?: boolean
  /** Writes refusals in another envelope than everybody's. */
  refusals?: Refusals
}

interface Refusals {
  schema: TSchema
  body: (error: WireError) => object
}

type Part = 'params' | 'query' | 'body' | 'fields'

/** DELETE takes its fields in the body or in the query; a client uses one of them. */
const fieldsOf = (request: FastifyRequest): unknown =>
  request.body !== undefined && request.body !== null ? request.body : request.query

function createReader(contract: Contract): (request: FastifyRequest) => Record<string, unknown> {
  const readers: [Part, (request: FastifyRequest) => unknown][] = []
  const { params, query, body, fields } = contract
  if (params) {
    const check = createValidator(params, { part: 'params', convert: true })
    readers.push(['params', (request) => check(request.params)])
  }
  if (query) {
    const check = createValidator(query, { part: 'query', convert: true })
    readers.push(['query', (request) => check(request.query)])
  }
  if (body) {
    const check = createValidator(body, { part: 'body' })
    // A contract may allow for no body at all.
    readers.push(['body', (request) => check(request.body ?? null)])
  }
  if (fields) {
    const check = createValidator(fields, { part: 'fields', convert: true })
    readers.push(['fields', (request) => check(fieldsOf(request))])
  }
  return (request) => {
    const input: Record<string, unknown> = {}
    for (const [part, read] of readers) input[part] = read(request)
    return input
  }
}

const describe = (contract: Contract, refusal: TSchema) => ({
  summary: contract.summary,
  tags: [contract.tag],
  security: contract.auth === 'session' ? [{ bearer: [] }] : [],
  ...(contract.auth === 'session' && { 'x-permission': contract.permission }),
  ...(contract.params && { params: contract.params }),
  ...((contract.query ?? contract.fields) && { querystring: contract.query ?? contract.fields }),
  ...(contract.body && { body: contract.body }),
  ...(contract.produces && { produces: [contract.produces] }),
  response: {
    [contract.status]: contract.response ?? {
      type: 'null',
      description: contract.produces ?? 'Done; there is no body.',
    },
    '4xx': refusal,
    '5xx': refusal,
  },
})

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route takes: a permission, `self`, or nothing because it is `public`. */
    requirement?: Requirement | 'public'
    /** Writes the refusals of the route, where not in everybody's envelope. */
    refusalBody?: ((error: WireError) => object) | undefined
  }
}

/** Stops the start at a route under /api that does not say what it takes: one that forgets would be open to everybody. */
export function refuseUndeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!url.startsWith('/api/') || config?.requirement !== undefined) return
    throw new Error(`${String(method)} ${url} does not say what it takes: register its contract with route()`)
  })
}

type RouteDefinition = Omit<Parameters<FastifyInstance['route']>[0], 'url' | 'schema'>

const otherForm = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`)

/** Registers one contract: authenticate, authorise, check the input, call the handler, answer with the contract's status. */
export function route<const C extends Contract>(
  app: FastifyInstance,
  contract: C,
  handler: Handler<C>,
  {
    authenticate = (request) => app.authenticate(request),
    authorize = (actor, requirement) => app.authorize(actor, requirement),
    withOrWithoutSlash = false,
    refusals,
    ...options
  }: RouteOptions = {},
): void {
  const read = createReader(contract)
  const rateClass = rateClassOf(contract)
  const definition: RouteDefinition = {
    method: contract.method,
    config: {
      requirement: contract.auth === 'public' ? 'public' : contract.permission,
      refusalBody: refusals?.body,
    },
    ...options,
    // The actor is proven before the body is read: strangers cost no parsing.
    onRequest: async (request, reply) => {
      let actor: Actor | null = null
      try {
        if (contract.auth === 'session') actor = await authenticate(request)
      } finally {
        // Counted whoever it turns out to be: who only guesses tokens is limited too.
        await app.limitRate({ rateClass, request, reply, actor })
      }
      if (contract.auth === 'public' || !actor) return
      noteActor(actor)
      await authorize(actor, contract.permission)
      request.actor = actor
    },
    handler: async (request, reply) => {
      if (contract.auth === 'session' && !request.actor) throw new AppError('TOKEN_MISSING', 'Sign in first.')
      // The validators in `read` were made from this contract's own schemas, which the compiler cannot follow.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const input = { ...read(request), actor: request.actor, request, reply } as HandlerInput<C>
      const answer = await handler(input)
      // A handler that answers by itself, such as with a stream, hands the reply back.
      if (answer === reply || reply.sent) return reply
      reply.status(contract.status)
      return contract.status === 204 ? reply.send() : answer
    },
  }
  const schema = describe(contract, refusals?.schema ?? ErrorEnvelope)
  app.route({ ...definition, url: contract.path, schema })
  if (withOrWithoutSlash) app.route({ ...definition, url: otherForm(contract.path), schema: { ...schema, hide: true } })
}
