import type { Cluster } from '../../platform/cluster.ts'

export type Attention = 'online' | 'away'

interface AttendanceDependencies {
  /** Null where there is one node. */
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  onError: (error: unknown) => void
}

/** A node that has not been heard of for so long is no more, and nobody is there on it. */
const keptSeconds = 30
const renewEveryMs = 10_000

const isAttention = (value: string | null | undefined): value is Attention => value === 'online' || value === 'away'

/** Knows who is there on the other nodes, by a hash in Redis for each node. */
export function createAttendance({ cluster, onError }: AttendanceDependencies) {
  if (!cluster) {
    return {
      note: (_userId: string, _attention: Attention | null): void => undefined,
      elsewhere: (_userIds: string[]): Promise<Map<string, Attention>> => Promise.resolve(new Map()),
      everybodyElsewhere: (): Promise<string[]> => Promise.resolve([]),
      close: () => Promise.resolve(),
    }
  }
  const { redis, key } = cluster
  const node = crypto.randomUUID()
  const nodesKey = key('presence:nodes')
  const keyOf = (name: string) => key(`presence:${name}`)
  const here = new Map<string, Attention>()

  /** While Redis is away every node knows its own people; once it is back, `renew` writes them down. */
  const unlessAway = (error: unknown): void => {
    if (redis.status === 'ready') onError(error)
  }

  async function renew(): Promise<void> {
    await redis.zadd(nodesKey, Date.now(), node)
    // A Redis that was restarted knows nobody, or only who came since.
    if ((await redis.hlen(keyOf(node))) !== here.size) {
      await redis.del(keyOf(node))
      if (here.size > 0) await redis.hset(keyOf(node), here)
    }
    await redis.expire(keyOf(node), keptSeconds)
  }

  async function write(userId: string, attention: Attention | null): Promise<void> {
    if (attention === null) {
      await redis.hdel(keyOf(node), userId)
      return
    }
    await redis.hset(keyOf(node), userId, attention)
    if (here.size > 1) return
    // The first one here: until then this node had nothing to say, and no place among those that are asked.
    await Promise.all([redis.zadd(nodesKey, Date.now(), node), redis.expire(keyOf(node), keptSeconds)])
  }

  async function otherNodes(): Promise<string[]> {
    const nodes = await redis.zrangebyscore(nodesKey, Date.now() - keptSeconds * 1_000, '+inf')
    return nodes.filter((name) => name !== node)
  }

  async function readEverybody(): Promise<string[]> {
    const others = await otherNodes()
    const answers = await Promise.all(others.map((name) => redis.hkeys(keyOf(name))))
    return answers.flat()
  }

  async function read(userIds: string[]): Promise<Map<string, Attention>> {
    const attentions = new Map<string, Attention>()
    if (userIds.length === 0) return attentions
    const others = await otherNodes()
    const answers = await Promise.all(others.map((name) => redis.hmget(keyOf(name), ...userIds)))
    for (const answer of answers) {
      for (const [index, attention] of answer.entries()) {
        const userId = userIds[index]
        if (userId === undefined || !isAttention(attention)) continue
        if (attentions.get(userId) !== 'online') attentions.set(userId, attention)
      }
    }
    return attentions
  }

  const timer = setInterval(() => {
    renew()
      .then(() => redis.zremrangebyscore(nodesKey, 0, Date.now() - 2 * keptSeconds * 1_000))
      .catch(unlessAway)
  }, renewEveryMs)
  timer.unref()

  return {
    /** Says how somebody attends on this node; null for no longer. */
    note(userId: string, attention: Attention | null): void {
      if (attention === null) here.delete(userId)
      else here.set(userId, attention)
      write(userId, attention).catch(unlessAway)
    },
    /** How these people attend on the other nodes, whoever of them does. */
    elsewhere: (userIds: string[]): Promise<Map<string, Attention>> =>
      read(userIds).catch((error: unknown) => {
        unlessAway(error)
        return new Map()
      }),
    /** Everybody who is there on another node. */
    everybodyElsewhere: (): Promise<string[]> =>
      readEverybody().catch((error: unknown) => {
        unlessAway(error)
        return []
      }),
    async close(): Promise<void> {
      clearInterval(timer)
      await Promise.all([redis.del(keyOf(node)), redis.zrem(nodesKey, node)]).catch(unlessAway)
    },
  }
}
