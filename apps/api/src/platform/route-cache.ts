import { createHash } from 'node:crypto'
import { BentoCache, bentostore, errors } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import type { Cluster } from './cluster.ts'
import { cacheRequests } from './metrics.ts'

/** For whom an answer is the same. There is no default: an answer kept for the wrong people is a leak. */
export type Scope = 'everybody' | { workspaceId: string } | { userId: string }

interface Question {
  /** The path of the contract. */
  route: string
  scope: Scope
  /** What was asked: parameters and query, as far as the answer depends on them. */
  input: Record<string, string | undefined>
  /** Names of what the answer is made of, by which it is dropped. */
  tags: string[]
}

/** Answers of routes, kept in memory, then in Redis for all nodes; both for a while only. */
export interface RouteCache {
  /** The kept answer, or what `load` brings. Who asks at the same time shares one question; a failure is not kept. */
  get<Answer extends object | string | null>(question: Question, load: () => Promise<Answer>): Promise<Answer>
  /** Forgets every answer made of this. To be called on every node, when the change is committed. */
  drop(tag: string): void
  /** Forgets everything. */
  clear(): void
}

interface RouteCacheDependencies {
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  onError: (error: unknown) => void
}

/** An event that is lost costs no more than this. */
const keptMs = 30_000
const entriesMax = 5_000
/** After a failure of Redis it is left alone for so long. */
const withoutRedisMs = 1_000

const nameOf = (scope: Scope): string => {
  if (scope === 'everybody') return scope
  return 'userId' in scope ? `user:${scope.userId}` : `workspace:${scope.workspaceId}`
}

/** Input may be long and hold anything; a digest of it is neither. */
const keyOf = ({ route, scope, input }: Question): string => {
  const given = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const digest = createHash('sha256').update(JSON.stringify(given)).digest('base64url')
  return `${nameOf(scope)}|${route}|${digest}`
}

export function createRouteCache({ cluster, onError }: RouteCacheDependencies): RouteCache {
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: entriesMax }))
  const store = cluster ? memory.useL2Layer(redisDriver({ connection: cluster.redis })) : memory
  const bento = new BentoCache({
    default: 'routes',
    stores: { routes: store },
    prefix: cluster?.key('routes') ?? 'routes',
    ttl: keptMs,
    grace: false,
    l2CircuitBreakerDuration: withoutRedisMs,
  })
  /** Questions under way, so that what changes meanwhile is not kept. */
  const underWay = new Set<{ tags: string[]; isOutdated: boolean }>()

  /** What was kept before is not asked for any more; once it has expired by itself, nodes may share answers again. */
  let era = ''
  let clearedAtMs = 0
  const eraNow = (): string => (performance.now() - clearedAtMs < keptMs ? era : '')

  return {
    async get<Answer extends object | string | null>(question: Question, load: () => Promise<Answer>) {
      let outcome: 'hit' | 'miss' = 'hit'
      try {
        return await bento.getOrSet<Answer>({
          key: `${eraNow()}|${keyOf(question)}`,
          tags: question.tags,
          factory: async (context) => {
            outcome = 'miss'
            const asked = { tags: question.tags, isOutdated: false }
            underWay.add(asked)
            try {
              const answer = await load()
              if (asked.isOutdated) context.setOptions({ ttl: 1, skipL2Write: true })
              return answer
            } finally {
              underWay.delete(asked)
            }
          },
        })
      } catch (error) {
        throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error
      } finally {
        cacheRequests.inc({ cache: 'routes', outcome })
      }
    },
    drop(tag) {
      for (const asked of underWay) if (asked.tags.includes(tag)) asked.isOutdated = true
      bento.deleteByTag({ tags: [tag] }).catch(onError)
    },
    clear() {
      for (const asked of underWay) asked.isOutdated = true
      era = crypto.randomUUID()
      clearedAtMs = performance.now()
    },
  }
}
