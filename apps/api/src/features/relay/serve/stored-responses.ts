import { and, eq, gt, lt } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import type { Database } from '../../../platform/database.ts'
import type { JsonObject } from '../dialects/json.ts'
import { RelayRefusal } from '../refusals.ts'
import type { Channel } from '../routing/channels.ts'
import { relayResponses } from '../tables.ts'
import { approachTo } from '../upstream/providers.ts'
import type { Served } from './attempt.ts'
import type { Credential } from './credential.ts'

/** Who may ask for a stored response: everybody of the group whose call made it. */
type Owner = Pick<Credential, 'workspaceId' | 'groupId' | 'tokenId'>

/** Knows which channel keeps the responses that were asked to be stored. */
export interface StoredResponses {
  /** Known at once on this node, and to the others when it is written, which nobody waits for. */
  remember(owner: Owner, channelId: string, responseId: string): void
  /** The channel that keeps a response; null for one that the group does not have. */
  channelOf(owner: Owner, responseId: string): Promise<string | null>
  forget(owner: Owner, responseId: string): Promise<void>
  /** Of these channels those that can do what only the provider that keeps responses can. Throws a refusal if none does. */
  keeping(owner: Owner, body: JsonObject, candidates: readonly Channel[]): Promise<readonly Channel[]>
  /** Begins to delete what has expired. */
  start(): void
  /** Waits until everything is written. */
  close(): Promise<void>
}

interface StoredResponsesDependencies {
  db: Database
  log: { error(context: object, message: string): void }
}

/** As long as OpenAI keeps them. */
const keptMs = 30 * 86_400_000
const hourMs = 3_600_000
const recentMax = 20_000
const sweepBatch = 1_000

/** What upstreams call responses, as far as it can be asked for again. */
const idForm = /^[\x21-\x7e]{1,128}$/

/** What the upstream calls the response it answered with; null where it is none. */
export function responseIdOf({ dialect, result }: Served): string | null {
  if (dialect !== 'responses') return null
  const id = result.kind === 'stream' ? result.relay.responseId() : result.kind === 'whole' ? result.json?.id : null
  return typeof id === 'string' ? id : null
}

/** Whether a channel keeps responses itself. */
const isKeeping = ({ type }: Channel): boolean => approachTo(type, 'responses')?.dialect === 'responses'

export function createStoredResponses({ db, log }: StoredResponsesDependencies): StoredResponses {
  /** The channels of the latest ones, by group and response. */
  const recent = new LRUCache<string, string>({ max: recentMax, ttl: hourMs })
  const writing = new Set<Promise<void>>()
  let sweeping: Promise<void> = Promise.resolve()
  let sweepTimer: NodeJS.Timeout | undefined

  const keyOf = ({ groupId }: Owner, responseId: string): string => `${groupId} ${responseId}`

  const isOwn = ({ groupId }: Owner, responseId: string) =>
    and(eq(relayResponses.responseId, responseId), eq(relayResponses.groupId, groupId))

  async function write(row: typeof relayResponses.$inferInsert): Promise<void> {
    try {
      await db.insert(relayResponses).ignore().values(row)
    } catch (error) {
      log.error({ err: error, responseId: row.responseId }, 'where a response is stored could not be written')
    }
  }

  async function channelOf(owner: Owner, responseId: string): Promise<string | null> {
    const known = recent.get(keyOf(owner, responseId))
    if (known !== undefined) return known
    if (!idForm.test(responseId)) return null
    const [row] = await db
      .select({ channelId: relayResponses.channelId })
      .from(relayResponses)
      .where(and(isOwn(owner, responseId), gt(relayResponses.expiresAt, new Date())))
    return row?.channelId ?? null
  }

  async function sweep(): Promise<void> {
    for (let isFull = true; isFull;) {
      const [result] = await db.delete(relayResponses).where(lt(relayResponses.expiresAt, new Date())).limit(sweepBatch)
      isFull = result.affectedRows === sweepBatch
    }
  }

  function runSweep(): void {
    sweeping = sweep().catch((error: unknown) => log.error({ err: error }, 'expired responses could not be forgotten'))
  }

  return {
    channelOf,
    remember({ workspaceId, groupId, tokenId }, channelId, responseId) {
      if (!idForm.test(responseId)) return
      recent.set(keyOf({ workspaceId, groupId, tokenId }, responseId), channelId)
      const expiresAt = new Date(Date.now() + keptMs)
      const written = write({ responseId, workspaceId, groupId, tokenId, channelId, expiresAt })
      writing.add(written)
      void written.finally(() => writing.delete(written))
    },
    async forget(owner, responseId) {
      recent.delete(keyOf(owner, responseId))
      await Promise.all(writing)
      await db.delete(relayResponses).where(isOwn(owner, responseId))
    },
    async keeping(owner, body, candidates) {
      const { previous_response_id: previous, background } = body
      const able = candidates.filter(isKeeping)
      // What the others cannot do, conversion refuses with a reason.
      if (able.length === 0) return candidates
      if (typeof previous !== 'string') return background === true ? able : candidates
      const channelId = await channelOf(owner, previous)
      if (channelId === null)
        throw new RelayRefusal('previous_response_not_found', `Previous response with id '${previous}' not found.`, {
          param: 'previous_response_id',
        })
      const keeper = able.filter(({ id }) => id === channelId)
      if (keeper.length > 0) return keeper
      throw new RelayRefusal('no_channel', 'The channel that keeps the previous response is not in use for this model.')
    },
    start() {
      runSweep()
      sweepTimer = setInterval(runSweep, hourMs)
      sweepTimer.unref()
    },
    async close() {
      clearInterval(sweepTimer)
      await sweeping
      await Promise.all(writing)
    },
  }
}
