import { getSystem, type SystemNode, type SystemState } from '@parley/protocol/admin'
import type { ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { formatSize } from '../../ui/format-size.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { useRefreshed } from '../../ui/use-refreshed.ts'

/** What the installation runs on; its figures live. */
export default function SystemPage() {
  const { t } = useTranslation('admin')
  const { rest } = useClient()
  const errorText = useErrorText()
  const system = useLoaded(useCallback((signal: AbortSignal) => rest.call(getSystem, {}, { signal }), [rest]))
  useRefreshed(system.status === 'ready' ? system.reload : undefined)
  if (system.status === 'loading') return <SkeletonRows rows={6} avatar={false} className="-mx-3" />
  if (system.status === 'failed') return <ErrorState message={errorText(system.error)} onRetry={system.retry} />
  const { nodes, database, redis, queues } = system.data
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {nodes.map((node) => (
        <NodeFacts key={node.id} node={node} />
      ))}
      <DatabaseFacts database={database} />
      <Facts title="Redis" facts={[[t('system.state'), redisText(redis, t('system.none'), t('system.away'))]]} />
      <Facts
        title={t('system.queues')}
        facts={queues.map(({ name, waiting }) => [
          name === 'messages' ? t('system.commits') : t('system.index'),
          t('system.waiting', { count: waiting }),
        ])}
      />
    </div>
  )
}

const redisText = (redis: SystemState['redis'], none: string, away: string) => {
  if (redis === null) return none
  return redis.pingMs === null ? away : milliseconds(redis.pingMs)
}

const milliseconds = (ms: number) => `${ms.toFixed(1)} ms`

function NodeFacts({ node }: { node: SystemNode }) {
  const { t, i18n } = useTranslation('admin')
  return (
    <Facts
      title={t(node.current ? 'system.thisNode' : 'system.node', { host: node.host })}
      facts={[
        [t('system.version'), `Parley ${node.version}, Node.js ${node.nodeVersion}`],
        [t('system.started'), <RelativeTime key="started" at={node.startedAt} />],
        [t('system.seen'), <RelativeTime key="seen" at={node.seenAt} />],
        [t('system.sockets'), node.sockets.toLocaleString(i18n.language)],
        [t('system.memory'), formatSize(node.memoryBytes, i18n.language)],
      ]}
    />
  )
}

function DatabaseFacts({ database }: { database: SystemState['database'] }) {
  const { t, i18n } = useTranslation('admin')
  return (
    <Facts
      title={t('system.database')}
      facts={[
        [t('system.version'), database.version],
        [t('system.ping'), milliseconds(database.pingMs)],
        [t('system.size'), formatSize(database.bytes, i18n.language)],
        ...database.pools.map(({ name, open, idle, waiting, max }): [string, string] => [
          t(name === 'write' ? 'system.pool.write' : 'system.pool.read'),
          t('system.poolText', { open, idle, waiting, max }),
        ]),
        ...database.replicas.map(({ name, isUsed, lagMs }): [string, string] => [
          t('system.replica', { name }),
          isUsed && lagMs !== null ? t('system.lag', { lag: milliseconds(lagMs) }) : t('system.away'),
        ]),
      ]}
    />
  )
}

function Facts({ title, facts }: { title: string; facts: [string, ReactNode][] }) {
  return (
    <section className="border-subtle rounded-lg border p-4">
      <h3 className="mb-2 truncate font-semibold">{title}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-muted">{name}</dt>
            <dd className="text-right break-words tabular-nums">{value}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  )
}
