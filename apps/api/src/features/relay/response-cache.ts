import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Cluster } from '../../platform/cluster.ts'
import { relayCacheRequests } from '../../platform/metrics.ts'
import { isObject, objectsOf, parsed, type JsonObject } from './dialects/json.ts'
import type { EndpointName } from './serve/endpoints.ts'

/** A complete answer as the client got it. */
export interface CachedAnswer {
  /** Headers that belong to the body; names of requests and limits are of each call. */
  headers: Record<string, string>
  body: Buffer
}

/** Whose question it is, and what is asked. */
interface Question {
  workspaceId: string
  groupId: string
  tokenId: string
  /** Of the guardrails in force. */
  guardrailsVersion: string
  endpoint: EndpointName
  body: JsonObject
}

/** Answers to equal requests of one token. */
export interface ResponseCache {
  get(key: string): Promise<CachedAnswer | null>
  /** Keeps a complete and successful answer; a stream only if it ended well. */
  put(key: string, answer: CachedAnswer, ttlSeconds: number): void
}

/** Tells clients that an answer was kept. */
export const cacheHit = { 'x-parley-cache': 'hit' }

const memoryBytes = 64 * 1024 * 1024
/** Larger answers are pictures and long sounds: they would push everything else out. */
const answerBytesMax = 1024 * 1024
/** A bookkeeping allowance for each entry. */
const entryBytes = 512

/** Endpoints whose answer depends on the request alone. Pictures are asked for again to get others. */
const endpoints = new Set<EndpointName>([
  'chat',
  'completions',
  'responses',
  'messages',
  'count_tokens',
  'embeddings',
  'moderations',
  'speech',
  'rerank',
])

/** Tools that the client runs: what they answer comes back as another request. Those a provider runs look at the world. */
const runsAtClient = (tool: JsonObject): boolean =>
  tool.type === undefined || tool.type === 'function' || tool.type === 'custom'

/** Whether an equal request may be answered by the answer to this one. */
export function isCacheable(endpoint: EndpointName, body: JsonObject, headers: IncomingHttpHeaders): boolean {
  if (!endpoints.has(endpoint)) return false
  // Who names a channel wants to see what that one answers.
  if (headers['x-parley-channel'] !== undefined) return false
  if (/\bno-(?:cache|store)\b/i.test(headers['cache-control'] ?? '')) return false
  if (body.web_search_options !== undefined || !objectsOf(body.tools).every(runsAtClient)) return false
  // The provider keeps these answers, by names that can be read, continued and deleted.
  if (endpoint === 'responses') return body.store === false && !body.background && !body.conversation
  return body.store !== true
}

/** JSON with its keys in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    isObject(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : item,
  )

/** Names a question: equal for requests that differ in the order of their keys alone. */
export function cacheKeyOf({ workspaceId, groupId, tokenId, guardrailsVersion, endpoint, body }: Question): string {
  const question = [workspaceId, groupId, tokenId, guardrailsVersion, endpoint, body.stream === true]
  return createHash('sha256').update(JSON.stringify(question)).update(canonical(body)).digest('base64url')
}

/** Head as JSON in a line, then the bytes. */
const toBytes = ({ headers, body }: CachedAnswer): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(headers)}\n`), body])

function fromBytes(bytes: Buffer): CachedAnswer | null {
  const end = bytes.indexOf('\n')
  const head = end === -1 ? null : parsed(bytes.toString('utf8', 0, end))
  if (!isObject(head)) return null
  const headers = Object.entries(head).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { headers: Object.fromEntries(headers), body: bytes.subarray(end + 1) }
}

interface CacheDependencies {
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  onError: (error: unknown) => void
}

/** Keeps answers in memory, and in Redis for the other nodes. Without Redis nothing is missing but their answers. */
export function createResponseCache({ cluster, onError }: CacheDependencies): ResponseCache {
  const memory = new LRUCache<string, CachedAnswer>({
    maxSize: memoryBytes,
    sizeCalculation: ({ headers, body }) => body.length + JSON.stringify(headers).length + entryBytes,
  })
  const nameOf = (key: string) => `relay-answers:${key}`

  async function fromRedis({ redis, key: named }: Pick<Cluster, 'redis' | 'key'>, key: string) {
    if (redis.status !== 'ready') return null
    const name = named(nameOf(key))
    const [bytes, leftMs] = await Promise.all([redis.getBuffer(name), redis.pttl(name)])
    const answer = bytes && leftMs > 0 ? fromBytes(bytes) : null
    if (answer) memory.set(key, answer, { ttl: leftMs })
    return answer
  }

  async function find(key: string): Promise<CachedAnswer | null> {
    const here = memory.get(key)
    if (here || !cluster) return here ?? null
    try {
      return await fromRedis(cluster, key)
    } catch (error) {
      onError(error)
      return null
    }
  }

  return {
    async get(key) {
      const answer = await find(key)
      relayCacheRequests.inc({ outcome: answer ? 'hit' : 'miss' })
      return answer
    },
    put(key, answer, ttlSeconds) {
      if (answer.body.length > answerBytesMax) return
      const ttlMs = ttlSeconds * 1_000
      memory.set(key, answer, { ttl: ttlMs })
      if (cluster?.redis.status !== 'ready') return
      cluster.redis.set(cluster.key(nameOf(key)), toBytes(answer), 'PX', ttlMs).catch(onError)
    },
  }
}
