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

/** What is left of the nearest limit: all of it, what remains, and the seconds until all of it may be used at once again. */
export const rateLimitHeaders = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'] as const

/** Lets routes be limited. */
export function registerRateLimits(app: FastifyInstance, limiter: RateLimiter): void {
  app.decorate('limitRate', async ({ rateClass, request, reply, actor }: Limited) => {
    const allowance = await limiter(rateClass, { address: request.ip, userId: actor?.userId })
    const { limit, remaining, resetMs } = allowance
    const values = [limit, remaining, Math.ceil(resetMs / 1_000)]
    for (const [index, name] of rateLimitHeaders.entries()) void reply.header(name, values[index])
    requireAllowance(allowance)
  })
}
