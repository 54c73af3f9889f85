import type { Requirement } from '@parley/protocol/access'
import type { Contract, RequestOf, ResponseOf } from '@parley/protocol/contract'
import { ErrorEnvelope } from '@parley/protocol/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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

interface RouteOptions {
  /** Largest body in bytes where it is not the server's default. */
  bodyLimit?: number
  /** Writes the body of success in another way than by the schema's compiled serialiser. */
  serializerCompiler?: () => (body: unknown) => string
  /** Proves the actor in another way than by the access token. */
  authenticate?: (request: FastifyRequest) => Promise<Actor>
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
    readers.push(['body', (request) => check(request.body)])
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

const describe = (contract: Contract) => ({
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
    '4xx': ErrorEnvelope,
    '5xx': ErrorEnvelope,
  },
})

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route takes: a permission, `self`, or nothing because it is `public`. */
    requirement?: Requirement | 'public'
  }
}

/** Stops the start at a route under /api that does not say what it takes: one that forgets would be open to everybody. */
export function refuseUndeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!url.startsWith('/api/') || config?.requirement !== undefined) return
    throw new Error(`${String(method)} ${url} does not say what it takes: register its contract with route()`)
  })
}

/** Registers one contract: authenticate, authorise, check the input, call the handler, answer with the contract's status. */
export function route<const C extends Contract>(
  app: FastifyInstance,
  contract: C,
  handler: Handler<C>,
  { authenticate = (request) => app.authenticate(request), ...options }: RouteOptions = {},
): void {
  const read = createReader(contract)
  const rateClass = rateClassOf(contract)
  app.route({
    method: contract.method,
    url: contract.path,
    schema: describe(contract),
    config: { requirement: contract.auth === 'public' ? 'public' : contract.permission },
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
      await app.authorize(actor, contract.permission)
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
  })
}
