import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { guardAnswer } from '../guardrails/answer.ts'
import type { Guardrail } from '../guardrails/engine.ts'
import { RelayRefusal } from '../refusals.ts'
import type { Channel } from '../routing/channels.ts'
import { callUpstream, UpstreamFailure, type UpstreamAnswer } from '../upstream/client.ts'
import { answerHeaders, headersFor, urlOf } from '../upstream/providers.ts'
import { failed, readAnswer, readFirst, readRefusal, type AttemptResult } from './attempt.ts'
import type { Credential } from './credential.ts'
import type { ServeDependencies } from './dependencies.ts'
import { enterLimits } from './enter.ts'
import { createGuarded } from './guarded.ts'
import { createPassthrough } from './passthrough.ts'
import { refusalOfAttempt, requestIdHeaders, upstreamMessage, withoutAccount } from './refuse.ts'

interface StoredRequest {
  Params: { id: string }
}

/** What is done with a stored response. */
interface Act {
  method: 'GET' | 'POST' | 'DELETE'
  verb?: string
}

const hidden = { schema: { hide: true } }

/** Waits for the head of an answer, and reads it as far as it has to be known before the client is sent anything. */
async function readStored(answering: Promise<UpstreamAnswer>, guards: readonly Guardrail[]): Promise<AttemptResult> {
  try {
    const answer = await answering
    if (answer.status >= 400) return await readRefusal(answer)
    if (!answer.headers['content-type']?.includes('text/event-stream')) return await readAnswer(answer, true)
    const relay = createPassthrough('responses', { isUsageWanted: false })
    return await readFirst(answer, guards.length > 0 ? createGuarded(relay, 'responses', guards) : relay)
  } catch (error) {
    if (error instanceof UpstreamFailure) return failed({ fault: error.fault, message: error.message })
    throw error
  }
}

/** What is done with responses that a provider stores. Nothing of it is billed: what made them was. */
export function storedResponseRoutes(relay: FastifyInstance, dependencies: ServeDependencies): void {
  const { storedResponses, channels, dispatcherOf, sinks, underWay, guardrailsFor, limits } = dependencies

  /** The channel that keeps the response. To others than its group there is no such response. */
  async function keeperOf(credential: Credential, responseId: string): Promise<Channel> {
    const channelId = await storedResponses.channelOf(credential, responseId)
    const channel = channelId === null ? null : await channels.channelById(credential.workspaceId, channelId)
    if (!channel) throw new RelayRefusal('not_found', `Response with id '${responseId}' not found.`)
    if (!channel.isEnabled)
      throw new RelayRefusal('no_channel', 'The channel that keeps this response is not in use now.')
    return channel
  }

  /** Counts against the calls a minute like any other call. */
  async function pass(request: FastifyRequest<StoredRequest>, reply: FastifyReply, act: Act): Promise<unknown> {
    const { relayCredential: credential } = request
    if (!credential) throw new Error('a call was let in without a key')
    const entered = await enterLimits(limits, { credential, inputTokens: 0 })
    try {
      return await passEntered(credential, request, reply, act)
    } finally {
      entered.leave(0)
    }
  }

  async function passEntered(
    credential: Credential,
    request: FastifyRequest<StoredRequest>,
    reply: FastifyReply,
    { method, verb = '' }: Act,
  ): Promise<unknown> {
    const { params, headers } = request
    const channel = await keeperOf(credential, params.id)
    const { output } = await guardrailsFor(credential.workspaceId, credential.groupId)
    const rest = `/${encodeURIComponent(params.id)}${verb}`
    const url = urlOf(channel, { operation: 'responses', model: '', isStream: false, rest })
    for (const [name, value] of new URL(request.url, 'http://relay').searchParams) url.searchParams.append(name, value)
    const upstream = callUpstream(dispatcherOf(channel), {
      url,
      method,
      headers: headersFor(channel, 'responses', headers),
      body: null,
      timeouts: channel.timeouts,
    })
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) upstream.abort()
    })
    if (reply.raw.destroyed) upstream.abort()
    const leave = underWay.enter({ abort: upstream.abort, isGivenUp: false })
    try {
      const result = await readStored(upstream.answer, output)
      const isGone = result.kind === 'failed' ? result.status === 404 : method === 'DELETE'
      if (isGone) await storedResponses.forget(credential, params.id)
      return await send(request, reply, result, output)
    } finally {
      leave()
    }
  }

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    result: AttemptResult,
    guards: readonly Guardrail[],
  ): Promise<unknown> {
    const headers = { ...answerHeaders(result.headers), ...requestIdHeaders(request.id, 'openai') }
    if (result.kind === 'stream') {
      reply.hijack()
      const sink = sinks.createSink(reply.raw)
      sink.open(headers)
      await sink.pipe(result.answer, result.relay, result.first)
      return undefined
    }
    if (result.kind === 'failed') {
      const refusal = refusalOfAttempt(result)
      if (result.status !== refusal.status || upstreamMessage(result.body) === null) throw refusal
      return reply.status(refusal.status).headers(headers).send(withoutAccount(result.body))
    }
    if (result.kind !== 'whole' || result.json === null) throw new Error('an answer was read in another way')
    const guarded = guardAnswer('responses', result.json, guards)
    if ('refusedBy' in guarded)
      throw new RelayRefusal('guardrail', `The answer was refused by the guardrail “${guarded.refusedBy}”.`)
    const body = guarded.hits === 0 ? result.body : JSON.stringify(guarded.body)
    return reply.status(result.status).headers(headers).send(body)
  }

  relay.get<StoredRequest>('/responses/:id', hidden, (request, reply) => pass(request, reply, { method: 'GET' }))
  relay.delete<StoredRequest>('/responses/:id', hidden, (request, reply) => pass(request, reply, { method: 'DELETE' }))
  relay.post<StoredRequest>('/responses/:id/cancel', hidden, (request, reply) =>
    pass(request, reply, { method: 'POST', verb: '/cancel' }),
  )
  relay.get<StoredRequest>('/responses/:id/input_items', hidden, (request, reply) =>
    pass(request, reply, { method: 'GET', verb: '/input_items' }),
  )
}
