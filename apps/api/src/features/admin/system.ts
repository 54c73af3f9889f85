import type { SystemState } from '@parley/protocol/admin'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { poolUse, type DatabasePools } from '../../platform/database.ts'
import { itemsWaiting, searchRoomsWaiting } from '../../platform/metrics.ts'
import type { AdminDependencies } from './dependencies.ts'
import type { createNodes } from './nodes.ts'

interface VersionRecord extends RowDataPacket {
  version: string
}

interface SizeRecord extends RowDataPacket {
  bytes: number | string | null
}

const sinceMs = (beganMs: number): number => Math.round((performance.now() - beganMs) * 100) / 100

const useOf = (name: string, connections: Pool) => ({
  name,
  ...poolUse(connections),
  max: connections.pool.config.connectionLimit ?? 0,
})

async function readDatabase({ reader, writer }: DatabasePools) {
  // The first statement may wait for a connection to be opened; the second is what an answer takes.
  const [versions] = await reader.query<VersionRecord[]>('SELECT VERSION() AS version')
  const beganMs = performance.now()
  await reader.query('SELECT 1')
  const pingMs = sinceMs(beganMs)
  const [sizes] = await reader.query<SizeRecord[]>(
    'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
  )
  return {
    version: versions[0]?.version ?? '',
    pingMs,
    bytes: Number(sizes[0]?.bytes ?? 0),
    pools: [useOf('read', reader), useOf('write', writer)],
  }
}

async function readRedis({ cluster }: Pick<AdminDependencies, 'cluster'>): Promise<SystemState['redis']> {
  if (!cluster) return null
  const beganMs = performance.now()
  return cluster.redis.ping().then(
    () => ({ isConnected: true, pingMs: sinceMs(beganMs) }),
    // Away is what is to be shown; the cluster has said in the log why.
    () => ({ isConnected: false, pingMs: null }),
  )
}

async function readQueues(): Promise<SystemState['queues']> {
  const [sends, indexing] = await Promise.all([itemsWaiting.get(), searchRoomsWaiting.get()])
  const total = (values: { value: number }[]) => values.reduce((sum, { value }) => sum + value, 0)
  return [
    { name: 'messages', waiting: total(sends.values) },
    { name: 'search', waiting: total(indexing.values) },
  ]
}

/** What the installation runs on, as the node that is asked sees it. */
export async function readSystem(
  deps: Pick<AdminDependencies, 'database' | 'cluster' | 'replicas'>,
  nodes: ReturnType<typeof createNodes>,
): Promise<SystemState> {
  const [running, database, redis, queues] = await Promise.all([
    nodes.list(),
    readDatabase(deps.database),
    readRedis(deps),
    readQueues(),
  ])
  return { nodes: running, database: { ...database, replicas: deps.replicas() }, redis, queues }
}
