import { hostname } from 'node:os'
import type { SystemNode } from '@parley/protocol/admin'
import { SystemNode as SystemNodeSchema } from '@parley/protocol/admin'
import Value from 'typebox/value'
import manifest from '../../../package.json' with { type: 'json' }
import { connections } from '../../platform/metrics.ts'
import type { AdminDependencies } from './dependencies.ts'

const everyMs = 5_000

/** A node that gave no sign of life for so long is no more. */
const keptMs = 3 * everyMs

const parse = (text: string): SystemNode | undefined => {
  const node: unknown = JSON.parse(text)
  return Value.Check(SystemNodeSchema, node) ? node : undefined
}

/** Tells the other nodes of this one, and knows of them. */
export function createNodes({ cluster, onError }: Pick<AdminDependencies, 'cluster' | 'onError'>) {
  const id = crypto.randomUUID()
  const startedAt = new Date(Date.now() - process.uptime() * 1_000).toISOString()
  const key = cluster?.key('nodes') ?? ''

  async function self(): Promise<SystemNode> {
    const { values } = await connections.get()
    const { rss, heapUsed } = process.memoryUsage()
    return {
      id,
      host: hostname(),
      version: manifest.version,
      nodeVersion: process.version,
      startedAt,
      seenAt: new Date().toISOString(),
      sockets: values.reduce((total, { value }) => total + value, 0),
      memoryBytes: rss,
      heapBytes: heapUsed,
      current: true,
    }
  }

  /** While Redis is away nobody else can be told, which the cluster has said already. */
  const unlessAway = (error: unknown): void => {
    if (cluster?.redis.status === 'ready') onError(error, 'the nodes of the installation are not known')
  }

  async function tell(): Promise<void> {
    await cluster?.redis.hset(key, id, JSON.stringify({ ...(await self()), current: false }))
  }

  async function others(): Promise<SystemNode[]> {
    const told = (await cluster?.redis.hgetall(key)) ?? {}
    const nodes = Object.entries(told).map(([name, text]) => ({ name, node: parse(text) }))
    const isAlive = ({ node }: { node: SystemNode | undefined }) =>
      node !== undefined && Date.now() - Date.parse(node.seenAt) < keptMs
    const gone = nodes.filter((each) => !isAlive(each)).map(({ name }) => name)
    if (gone.length > 0) await cluster?.redis.hdel(key, ...gone)
    return nodes.filter(isAlive).flatMap(({ node }) => (node && node.id !== id ? [node] : []))
  }

  let timer: NodeJS.Timeout | undefined
  return {
    start(): void {
      if (!cluster) return
      tell().catch(unlessAway)
      timer = setInterval(() => void tell().catch(unlessAway), everyMs)
      timer.unref()
    },
    /** This node, then the others by host. */
    async list(): Promise<SystemNode[]> {
      const elsewhere = await others().catch((error: unknown) => {
        unlessAway(error)
        return []
      })
      return [await self(), ...elsewhere.toSorted((one, other) => one.host.localeCompare(other.host))]
    },
    async close(): Promise<void> {
      clearInterval(timer)
      await cluster?.redis.hdel(key, id).catch(unlessAway)
    },
  }
}
