import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Config } from '../../config.ts'
import { openLog } from '../logging.ts'
import { serveApiReference } from './api-reference.ts'
import { rateLimitHeaders } from './limit-rate.ts'
import { AppError, notFound, toAppError, toWire } from './errors.ts'
import { answerBrokenRequest, bodyBytesMax, headerBytesMax, limitRequests } from './request-limits.ts'
import { serveWebApp } from './web-app.ts'
import { endConnections } from './ending-connections.ts'

/** The items of a setting that separates them by commas. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** Fastify's own refusals, in the words and codes of the contract. */
function fromFastify(error: FastifyError): AppError | null {
  if (error.code === 'FST_ERR_BAD_URL') return new AppError('VALIDATION_FAILED', 'The address is not valid.')
  switch (error.statusCode) {
    case 400:
      return new AppError('VALIDATION_FAILED', 'The body could not be read. Send valid JSON.', { cause: error })
    case 413:
      return new AppError('PAYLOAD_TOO_LARGE', 'The body is larger than allowed.', { cause: error })
    case 414:
      return notFound('This address')
    case 415:
      return new AppError('UNSUPPORTED_MEDIA', 'This content type is not accepted here. Send JSON.', { cause: error })
    default:
      return null
  }
}

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'

/** One place turns what was thrown into an answer and, where it is the server's fault, into a line of the log. */
function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error =
    (!(thrown instanceof AppError) && isFastifyError(thrown) ? fromFastify(thrown) : null) ?? toAppError(thrown)
  if (error.status >= 500) request.log.error({ err: error }, error.message)
  else request.log.info({ code: error.code, reason: error.message }, 'refused')
  const { retryAfterMs } = error.details ?? {}
  if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1_000))
  void reply.status(error.status).type('application/json').serializer(JSON.stringify)
  const wire = toWire(error, request.id)
  // What could not be routed has no route.
  const { refusalBody } = request.routeOptions?.config ?? {}
  return reply.send(refusalBody ? refusalBody(wire) : { error: wire })
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => {
    void reply.status(404).send({ error: toWire(notFound('This address'), request.id) })
  })
}

/**
 * The name a proxy gave a request to the API is kept, unless it could be mistaken for something else in a log. Nowhere else:
 * what is below /v1, in whatever spelling, is billed by its name, and given twice the second request would cost nothing.
 */
function requestIdOf({ headers, url = '' }: { headers: IncomingHttpHeaders; url?: string }): string {
  const given = url.startsWith('/api/') ? headers['x-request-id'] : undefined
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}

/** A Fastify server that knows nothing of Parley's features: errors, security headers, cookies, the API reference. */
export async function createHttpServer(config: Config): Promise<FastifyInstance> {
  const proxies = list(config.TRUSTED_PROXIES)
  const log = await openLog(config)
  const app = fastify({
    loggerInstance: log.logger,
    // Lines get their request id, at any depth, from the request's context; one logger makes its level one too.
    childLoggerFactory: (logger) => logger,
    trustProxy: proxies.length > 0 ? proxies : false,
    bodyLimit: bodyBytesMax,
    http: { maxHeaderSize: headerBytesMax },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (...failed) => void answerError(...failed),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
  })
  // Hooks of closing run last first: what others say while they close still reaches the file.
  app.addHook('onClose', log.close)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    done()
  })
  endConnections(app)
  limitRequests(app)
  // Contracts check their own input: one schema, one checker for HTTP and sockets alike.
  app.setValidatorCompiler(() => () => true)
  app.decorateRequest('actor', null)
  answerErrors(app)
  await app.register(helmet, {
    // What is no page loads nothing; the pages there are say what they need themselves.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'same-site' },
  })
  await app.register(cors, {
    origin: list(config.WEB_ORIGINS),
    credentials: true,
    // Every call with a token is asked about first; browsers keep the answer for two hours at most.
    maxAge: 7_200,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'x-request-id',
      'x-token-refresh-required',
      'x-token-expires-at',
      'retry-after',
      'traceresponse',
      ...rateLimitHeaders,
    ],
  })
  await app.register(cookie)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Parley', version: '0.1.0', description: 'Rooms and direct messages that never lose a message.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
  })
  if (config.DOCS) await serveApiReference(app)
  if (config.WEB_DIR) await serveWebApp(app, config.WEB_DIR)
  return app
}
