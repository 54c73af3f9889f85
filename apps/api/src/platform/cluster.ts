import { setTimeout as delay } from 'node:timers/promises'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis, type RedisOptions } from 'ioredis'

/** What carries domain events to the other nodes. */
export interface ClusterBus {
  /**
   * Tells every other node; resolves once Redis has passed it on. Lost while Redis is away, which is no error: every node
   * is then told that it may have missed something.
   */
  tell(name: string, event: object): Promise<void>
  /** Hears what the other nodes tell. */
  hear(listener: (name: string, event: unknown) => void): void
  /** Runs `listener` every few seconds while nothing can be heard, and once when it can again (`isBack`). */
  onMissed(listener: (isBack: boolean) => void): void
}

/** The nodes that share one Redis and one database. */
export interface Cluster extends ClusterBus {
  /** Commands of this node. While Redis is away they fail at once, so that nobody waits for it. */
  redis: Redis
  /** Names a key of this installation. */
  key(name: string): string
  /** What Socket.IO sends across nodes with. */
  socketAdapter: ReturnType<typeof createAdapter>
  close(): Promise<void>
}

interface ClusterOptions {
  url: string
  /** Keeps installations that share a Redis apart. */
  namespace: string
  log: Log
}

interface Log {
  info(context: object, message: string): void
  error(context: object, message: string): void
}

/** A node that starts while Redis is away starts without it. */
const joinTimeoutMs = 3_000

/** While a node is deaf it believes what it keeps in memory no longer than this. */
const deafEveryMs = 2_500

/** What a node that was away for a moment may catch up on. */
const streamLengthMax = 5_000

const commandOptions: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: 500,
  retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
}

/** Connections that wait for what others say: their commands outlast an outage instead of failing. */
const listeningOptions: RedisOptions = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // oxlint-disable-next-line unicorn/no-useless-undefined -- takes back the timeout of the connection it is copied from
  commandTimeout: undefined,
  autoResubscribe: true,
}

/** Socket.IO's adapter duplicates the connection it is given, to wait on the copies. */
class AdapterRedis extends Redis {
  readonly copies: Redis[] = []

  override duplicate(options: RedisOptions = {}): Redis {
    const copy = new Redis({ ...this.options, ...listeningOptions, ...options })
    this.copies.push(copy)
    return copy
  }
}

/** Says in the log, once each, that Redis went away and that it is back. */
function watchConnection(redis: Redis, log: Log): void {
  let isAway = false
  redis.on('error', (error: Error) => {
    if (!isAway) log.error({ err: error }, 'Redis is away; this node goes on alone')
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) log.info({}, 'Redis is back')
    isAway = false
  })
}

interface Told {
  node: string
  name: string
  event: unknown
}

const isTold = (value: unknown): value is Told =>
  typeof value === 'object' && value !== null && 'node' in value && 'name' in value && 'event' in value

/** A name no event has: its sender may have failed to tell something. */
const missedName = '!missed'

interface Line {
  /** Carries commands, and what is told. */
  redis: Redis
  /** Carries what is sent to sockets on other nodes. */
  adapterRedis: AdapterRedis
  channel: string
  /** Names this node, so that it does not hear itself. */
  node: string
  log: Log
}

/** Tells the other nodes, and after an outage that something for them may have been lost. */
function createTeller({ redis, adapterRedis, channel, node, log }: Line): ClusterBus['tell'] {
  let isOwing = false

  async function tell(name: string, event: object): Promise<void> {
    try {
      await redis.publish(channel, JSON.stringify({ node, name, event } satisfies Told))
    } catch (error) {
      isOwing = true
      if (redis.status === 'ready') log.error({ err: error, event: name }, 'the other nodes could not be told')
    }
  }

  for (const connection of [redis, adapterRedis]) {
    connection.on('close', () => (isOwing = true))
    connection.on('ready', () => {
      if (!isOwing || redis.status !== 'ready' || adapterRedis.status !== 'ready') return
      isOwing = false
      void tell(missedName, {})
    })
  }
  return tell
}

/** Hears the other nodes, and knows when it cannot. */
function createHearer(subscriber: Redis, { channel, node, log }: Omit<Line, 'redis' | 'adapterRedis'>) {
  const hearers: ((name: string, event: unknown) => void)[] = []
  const missers: ((isBack: boolean) => void)[] = []
  let isDeaf = true
  let wasHearing = false
  const missed = (isBack: boolean) => missers.forEach((listener) => listener(isBack))

  subscriber.on('ready', () => {
    subscriber.subscribe(channel).then(
      () => {
        isDeaf = false
        if (wasHearing) missed(true)
        wasHearing = true
      },
      (error: unknown) => log.error({ err: error }, 'the other nodes cannot be heard'),
    )
  })
  subscriber.on('close', () => (isDeaf = true))
  subscriber.on('message', (_channel: string, text: string) => {
    try {
      const told: unknown = JSON.parse(text)
      if (!isTold(told) || told.node === node) return
      if (told.name === missedName) missed(true)
      else for (const hearer of hearers) hearer(told.name, told.event)
    } catch (error) {
      log.error({ err: error }, 'what another node told could not be understood')
    }
  })
  const timer = setInterval(() => {
    if (isDeaf) missed(false)
  }, deafEveryMs)
  timer.unref()

  return {
    hear: (listener: (name: string, event: unknown) => void) => void hearers.push(listener),
    onMissed: (listener: (isBack: boolean) => void) => void missers.push(listener),
    close: () => clearInterval(timer),
  }
}

/** Joins the other nodes of this installation. */
export async function joinCluster({ url, namespace, log }: ClusterOptions): Promise<Cluster> {
  const key = (name: string) => `parley:${namespace}:${name}`
  const redis = new Redis(url, commandOptions)
  const subscriber = redis.duplicate({ ...listeningOptions, autoResubscribe: false })
  const adapterRedis = new AdapterRedis(url, commandOptions)
  watchConnection(redis, log)
  // The connection of commands speaks for all of them; without a listener these would end the process.
  for (const quiet of [subscriber, adapterRedis]) quiet.on('error', () => undefined)
  const line = { redis, adapterRedis, channel: key('events'), node: crypto.randomUUID(), log }
  const tell = createTeller(line)
  const { hear, onMissed, close } = createHearer(subscriber, line)

  const joined = new Promise<void>((resolve) => redis.once('ready', resolve))
  await Promise.race([joined, delay(joinTimeoutMs, undefined, { ref: false })])

  return {
    tell,
    hear,
    onMissed,
    redis,
    key,
    socketAdapter: createAdapter(adapterRedis, {
      streamName: key('sockets'),
      channelPrefix: key('sockets'),
      maxLen: streamLengthMax,
      // Everything Parley sends is JSON; looking for binary in it would cost a walk through every packet.
      onlyPlaintext: true,
    }),
    async close() {
      close()
      for (const connection of [redis, subscriber, adapterRedis, ...adapterRedis.copies]) connection.disconnect()
    },
  }
}
