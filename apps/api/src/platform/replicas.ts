import type { FastifyInstance } from 'fastify'
import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { openPool, type Database, type DatabasePools } from './database.ts'
import type { EventBus } from './events.ts'
import type { Actor } from './http/actor.ts'
import { replicaLag, replicasUnusable } from './metrics.ts'
import { createWriteNotes } from './write-notes.ts'

/** Where a read goes. */
export interface ReadSource {
  db: Database
  pool: Pool
}

export interface Replicas {
  /**
   * Runs a read that may be a moment old, but never older than what the actor wrote. For what is shown; never for what
   * decides who may do what, nor for what a write builds on.
   */
  read<T>(actor: Actor, work: (source: ReadSource) => Promise<T>): Promise<T>
  /**
   * Says that somebody may have written. They are answered once it resolves: by then the other nodes know it before
   * anything they ask of those.
   */
  wrote(userId: string): Promise<void>
  /** How each of them stands. */
  state(): ReplicaState[]
  close(): Promise<void>
}

/** How a replica stands. */
export interface ReplicaState {
  /** Host and port. */
  name: string
  /** Whether it answers and is read from. */
  isUsed: boolean
  /** How far it is behind; null where that is not known. */
  lagMs: number | null
}

export interface ReplicaEvents {
  /** These people wrote: until the replicas have caught up they read from the primary. */
  'actor.wrote': { userIds: string[] }
}

interface Replica {
  name: string
  source: ReadSource
  position: number
  isUsable: boolean
}

interface Log {
  info(context: object, message: string): void
  warn(context: object, message: string): void
}

interface ReplicaDependencies {
  database: DatabasePools
  primaryUrl: string
  replicaUrls: string[]
  events: EventBus<ReplicaEvents>
  log: Log
}

interface ClockRecord extends RowDataPacket {
  position: number
}

const tickMs = 100
/** While nobody waits for a replica to catch up. */
const idlePollMs = 1_000
const answerMs = 1_000
const readMs = 2_000
/** Further behind than this a replica serves nobody. */
const lagMaxMs = 5_000
/** Longer than the cluster lets pass between two words that it hears nothing. */
const deafMs = 5_000

/** A replica has the schema of the primary, so its address may leave the name out. */
function replicaUrl(url: string, primaryUrl: string): string {
  const given = new URL(url)
  if (given.pathname.length <= 1) given.pathname = new URL(primaryUrl).pathname
  return given.href
}

async function positionOf(pool: Pool): Promise<number> {
  const sql = 'SELECT position FROM replica_clock WHERE id = 1'
  const [rows] = await pool.query<ClockRecord[]>({ sql, timeout: answerMs })
  return rows[0]?.position ?? -1
}

/** Answers `work`, or throws once it took too long: a replica that hangs must not hold up who could ask the primary. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the replica did not answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Tells how long a position has been behind, from when the primary was seen to stand where. */
function createLagMeter() {
  const seen: { position: number; atMs: number }[] = []
  return {
    see(position: number): void {
      if (position <= (seen.at(-1)?.position ?? -1)) return
      seen.push({ position, atMs: performance.now() })
      while (seen.length > 1 && performance.now() - (seen[0]?.atMs ?? 0) > 2 * lagMaxMs) seen.shift()
    },
    lagMs(position: number): number {
      const missing = seen.find((each) => each.position > position)
      return missing ? performance.now() - missing.atMs : 0
    },
  }
}

/** Spreads reads over the replicas. Without any, every read goes to the primary and nothing is remembered. */
export function openReplicas(dependencies: ReplicaDependencies): Replicas {
  const { database, replicaUrls } = dependencies
  const primary = { db: database.db, pool: database.reader }
  if (replicaUrls.length > 0) return watchReplicas(dependencies, primary)
  return {
    read: (_, work) => work(primary),
    wrote: async () => undefined,
    state: () => [],
    close: async () => undefined,
  }
}

function watchReplicas(dependencies: ReplicaDependencies, primary: ReadSource): Replicas {
  const { primaryUrl, replicaUrls, events, log } = dependencies
  const replicas = replicaUrls.map((url): Replica => {
    const source = openPool(replicaUrl(url, primaryUrl))
    return { name: new URL(url).host, source, position: -1, isUsable: false }
  })
  const notes = createWriteNotes()
  const lag = createLagMeter()
  let deafUntilMs = 0
  let turn = 0

  events.onEveryNode('actor.wrote', ({ userIds }) => userIds.forEach((userId) => notes.note(userId)))
  events.onMissed(() => {
    notes.noteEverybody()
    deafUntilMs = performance.now() + deafMs
  })

  function judge(replica: Replica, isUsable: boolean, context: object): void {
    if (replica.isUsable !== isUsable)
      log[isUsable ? 'info' : 'warn'](
        { replica: replica.name, ...context },
        isUsable ? 'the replica serves reads' : 'the replica serves no reads: it is away or too far behind',
      )
    replica.isUsable = isUsable
  }

  async function look(replica: Replica): Promise<void> {
    try {
      replica.position = await positionOf(replica.source.pool)
      const lagMs = lag.lagMs(replica.position)
      judge(replica, replica.position >= 0 && lagMs <= lagMaxMs, { lagMs: Math.round(lagMs) })
    } catch (error) {
      judge(replica, false, { err: error })
    }
  }

  async function poll(): Promise<void> {
    lag.see(await positionOf(primary.pool))
    await Promise.all(replicas.map(look))
    const usable = replicas.filter(({ isUsable }) => isUsable)
    replicasUnusable.set(replicas.length - usable.length)
    replicaLag.set(Math.max(...replicas.map(({ position }) => lag.lagMs(position))) / 1_000)
    if (usable.length > 0) notes.forget(Math.min(...usable.map(({ position }) => position)))
  }

  /** Moves the clock: what replicates after the writes noted so far. */
  async function move(): Promise<void> {
    const moving = notes.begin()
    try {
      const [{ insertId }] = await primary.pool.query<ResultSetHeader>(
        'UPDATE replica_clock SET position = LAST_INSERT_ID(position + 1) WHERE id = 1',
      )
      moving.settle(insertId)
    } catch (error) {
      moving.giveUp()
      throw error
    }
  }

  let polledAtMs = -idlePollMs
  let isAwaited = true
  async function tick(): Promise<void> {
    const mustMove = notes.isPending()
    if (mustMove) await move()
    isAwaited ||= mustMove
    if (!isAwaited && performance.now() - polledAtMs < idlePollMs) return
    polledAtMs = performance.now()
    await poll()
    isAwaited = replicas.some(({ isUsable, position }) => isUsable && lag.lagMs(position) > 0)
  }

  let ticking: Promise<void> | undefined
  const timer = setInterval(() => {
    ticking ??= tick()
      .catch((error: unknown) => log.warn({ err: error }, 'the replicas could not be looked at'))
      .finally(() => (ticking = undefined))
  }, tickMs)
  timer.unref()

  function choose(userId: string): Replica | undefined {
    if (performance.now() < deafUntilMs) return undefined
    const needed = notes.needed(userId)
    const ready = replicas.filter(({ isUsable, position }) => isUsable && position >= needed)
    turn += 1
    return ready[turn % ready.length]
  }

  /** People who wrote in this turn of the event loop: the other nodes hear of them all at once. */
  let writers = new Set<string>()
  let telling: Promise<void> | undefined
  async function tell(): Promise<void> {
    await Promise.resolve()
    const userIds = [...writers]
    writers = new Set()
    telling = undefined
    await events.announce('actor.wrote', { userIds })
  }

  return {
    async read(actor, work) {
      const replica = choose(actor.userId)
      if (!replica) return work(primary)
      try {
        return await within(readMs, work(replica.source))
      } catch {
        // Whatever went wrong there, the primary says it better: that a row is missing, or what is wrong with the question.
        return work(primary)
      }
    },
    wrote(userId) {
      writers.add(userId)
      telling ??= tell()
      return telling
    },
    state: () =>
      replicas.map(({ name, position, isUsable }) => ({
        name,
        isUsed: isUsable,
        lagMs: position < 0 ? null : Math.round(lag.lagMs(position)),
      })),
    async close() {
      clearInterval(timer)
      await ticking
      await Promise.all(replicas.map(({ source }) => source.pool.end()))
    },
  }
}

/** Notes who wrote by HTTP: whatever does not only read may have. */
export function noteWriters(app: FastifyInstance, replicas: Pick<Replicas, 'wrote'>): void {
  app.addHook('onSend', async ({ method, actor }) => {
    if (actor && method !== 'GET' && method !== 'HEAD') await replicas.wrote(actor.userId)
  })
}
