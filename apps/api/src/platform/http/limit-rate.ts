import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RateClass } from '../rate-classes.ts'
import { requireAllowance, type RateLimiter } from '../rate-limit.ts'
import type { Actor } from './actor.ts'

interface Limited {
  rateClass: RateClass
  request: FastifyRequest
  reply: FastifyReply
  /** Null for who has not proven to be anybody. */
  actor: Actor | null
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request, says in the answer what is left, and throws RATE_LIMITED when nothing is. */
    limitRate(limited: Limited): Promise<void>
  }
}

/** Lets routes be limited. */
export function registerRateLimits(app: FastifyInstance, limiter: RateLimiter): void {
  app.decorate('limitRate', async ({ rateClass, request, reply, actor }: Limited) => {
    const allowance = await limiter(rateClass, { address: request.ip, userId: actor?.userId })
    void reply
      .header('x-ratelimit-limit', allowance.limit)
      .header('x-ratelimit-remaining', allowance.remaining)
      .header('x-ratelimit-reset', Math.ceil(allowance.resetMs / 1_000))
    requireAllowance(allowance)
  })
}
