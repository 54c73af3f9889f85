import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { refusalBody, refusalHeaders, RelayRefusal, type Envelope } from '../refusals.ts'
import { authenticateKey, keyOf } from './authenticate.ts'
import type { Incoming } from './call.ts'
import type { Credential } from './credential.ts'
import type { ServeDependencies } from './dependencies.ts'
import { endpoints, type Endpoint } from './endpoints.ts'
import { modelRoutes } from './models.ts'
import { receiveForm } from './multipart-form.ts'
import { createBodyRoom, receiveBody, type BodyPlace } from './receive-body.ts'
import { requestIdHeaders, sendRefusal, toRefusal } from './refuse.ts'
import { parseBody } from './request-body.ts'
import { createServe } from './serve.ts'
import { storedResponseRoutes } from './stored-responses-routes.ts'

/** Below it everything speaks the APIs of model providers. */
const prefix = '/v1'

const formType = 'multipart/form-data'

const isForm = ({ headers }: FastifyRequest): boolean =>
  headers['content-type']?.toLowerCase().startsWith(formType) === true

/** Which clients ask, told from the address and from what only Anthropic's clients send. */
const envelopeOf = (request: FastifyRequest): Envelope =>
  request.url.startsWith(`${prefix}/messages`) || request.headers['anthropic-version'] !== undefined
    ? 'anthropic'
    : 'openai'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the key of a call to the relay opens. */
    relayCredential: Credential | null
    /** Where the body of such a call has its place in memory. */
    relayBodyPlace: BodyPlace | null
  }
}

/** What is the relay's own fault goes into the log as an error. */
function logRefusal(request: FastifyRequest, refusal: RelayRefusal): void {
  if (refusal.status >= 500) request.log.error({ err: refusal }, refusal.message)
  else request.log.info({ code: refusal.code, reason: refusal.message }, 'refused')
}

/** Refuses in the shape of the API that was spoken. */
function answerErrors(relay: FastifyInstance): void {
  relay.setErrorHandler((error, request, reply) => {
    const refusal = fromFastify(error) ?? toRefusal(error)
    logRefusal(request, refusal)
    const envelope = envelopeOf(request)
    return reply
      .status(refusal.status)
      .headers({ ...requestIdHeaders(request.id, envelope), ...refusalHeaders(refusal) })
      .type('application/json')
      .send(refusalBody(refusal, envelope, request.id))
  })
  relay.setNotFoundHandler((request, reply) => {
    const refusal = new RelayRefusal('not_found', `There is no ${request.method} ${request.url.split('?', 1)[0]}.`)
    return reply.status(404).send(refusalBody(refusal, envelopeOf(request), request.id))
  })
}

/** Fastify's own refusals. */
function fromFastify(error: unknown): RelayRefusal | null {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  if (status === 415) return new RelayRefusal('unsupported_media_type', 'Send JSON.', { cause: error })
  if (status === 400) return new RelayRefusal('invalid_request', 'The body could not be read.', { cause: error })
  return null
}

/** The endpoints programs call with a key of the relay. */
export function serveRoutes(app: FastifyInstance, dependencies: ServeDependencies): void {
  const { incomingDir } = dependencies
  const serve = createServe(dependencies)
  const bodies = createBodyRoom()

  /** The key is judged before the body is read: strangers cost no memory. */
  async function authenticate(request: FastifyRequest): Promise<void> {
    request.relayCredential = await authenticateKey(dependencies, keyOf(request.headers), request.ip)
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Pick<Incoming, 'endpoint' | 'body' | 'raw'>,
  ): Promise<void> {
    const { relayCredential: credential, headers, id: requestId } = request
    if (!credential) throw new Error('a call was let in without a key')
    const startedAtMs = performance.now() - reply.elapsedTime
    // From here on the answer is written to the connection itself: a stream may need it at any moment.
    reply.hijack()
    try {
      await serve({ requestId, credential, address: request.ip, startedAtMs, headers, ...asked }, reply.raw)
    } catch (error) {
      const refusal = toRefusal(error)
      logRefusal(request, refusal)
      sendRefusal(reply.raw, refusal, asked.endpoint.envelope, requestId)
    }
  }

  const handle: Record<Endpoint['body'], (endpoint: Endpoint) => RouteHandlerMethod> = {
    json: (endpoint) => async (request, reply) => {
      const { body: raw } = request
      if (isForm(request)) throw new RelayRefusal('unsupported_media_type', 'Send JSON.')
      if (!Buffer.isBuffer(raw)) throw new RelayRefusal('invalid_request', 'Send a JSON body.')
      await answer(request, reply, { endpoint, body: parseBody(raw), raw })
    },
    multipart: (endpoint) => async (request, reply) => {
      if (!isForm(request)) throw new RelayRefusal('unsupported_media_type', `Send a form, as ${formType}.`)
      const form = await receiveForm(request.raw, incomingDir)
      try {
        await answer(request, reply, { endpoint, body: form.fields, raw: form })
      } finally {
        await form.close()
      }
    },
  }

  void app.register(
    async (relay) => {
      answerErrors(relay)
      relay.decorateRequest('relayCredential', null)
      relay.decorateRequest('relayBodyPlace', null)
      relay.removeAllContentTypeParsers()
      relay.addContentTypeParser(
        'application/json',
        async ({ relayBodyPlace: place }: FastifyRequest, payload: IncomingMessage) => {
          if (!place) throw new Error('a body without a place')
          return receiveBody(payload, place)
        },
      )
      // Read by the endpoints that take it, once the key was judged.
      relay.addContentTypeParser(formType, (_request, _payload, done) => done(null))
      relay.addHook('onRequest', authenticate)
      relay.addHook('onRequest', (request, reply, done) => {
        request.relayBodyPlace = bodies.placeFor(reply.raw)
        done()
      })
      modelRoutes(relay, dependencies)
      storedResponseRoutes(relay, dependencies)
      for (const endpoint of endpoints) {
        const options = { schema: { hide: true }, helmet: false as const }
        relay.post(endpoint.path.slice(prefix.length), options, handle[endpoint.body](endpoint))
      }
    },
    { prefix },
  )
}
