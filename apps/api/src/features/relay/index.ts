import type { FastifyInstance } from 'fastify'
import { Agent, type Dispatcher } from 'undici'
import { createTestUpstream } from '@parley/test-upstream/server'
import type { DatabasePools } from '../../platform/database.ts'
import { createEncryption } from '../../platform/encryption.ts'
import type { EventBus } from '../../platform/events.ts'
import { AppError } from '../../platform/http/errors.ts'
import { createAccounting } from './accounting/index.ts'
import type { RelayAdminDependencies } from './admin/dependencies.ts'
import { createRelayAdmin } from './admin/index.ts'
import type { RelayEvents } from './events.ts'
import { createTokenKeys } from './keys.ts'
import { createChannels, type Channel } from './routing/channels.ts'
import { createHealth } from './routing/health.ts'
import { createCredentials } from './serve/credential.ts'
import { serveRoutes } from './serve/routes.ts'
import { createSinks } from './serve/sink.ts'
import { createAllowedHosts } from './upstream/addresses.ts'
import { createDispatcher } from './upstream/dispatcher.ts'

interface RelayDependencies extends Pick<RelayAdminDependencies, 'adminKey' | 'allows'> {
  database: DatabasePools
  events: EventBus<RelayEvents>
  /** The installation's secret for what is encrypted and hashed. */
  secret: string
  /** Hosts that may be called, as the setting says now. */
  upstreamHosts: () => string
  limitGuesses: (address: string) => Promise<void>
  log: {
    info(context: object, message: string): void
    warn(context: object, message: string): void
    error(context: object, message: string): void
  }
}

/** The one door to every model API: keys, limits, routing, conversion and the bill. */
export async function createRelay(dependencies: RelayDependencies) {
  const { database, events, secret, upstreamHosts, limitGuesses, log } = dependencies
  const { db, reader } = database
  const keys = createTokenKeys(secret)
  const encryption = createEncryption(secret)
  const hosts = createAllowedHosts(upstreamHosts)
  const testUpstream = await startTestUpstream()
  const accounting = createAccounting({ database, events, log })
  const channels = createChannels({ db, events, encryption, testUpstream: () => testUpstream.origin, log })
  const health = createHealth({
    onBan: (channelId, untilMs) => log.warn({ channelId, untilMs }, 'a channel is banned'),
  })
  const sinks = createSinks((error) => log.warn({ err: error }, 'what an upstream streams cannot be read'))
  const dispatchers = createDispatchers(hosts)
  const credentials = createCredentials({ reader, keys, events })
  await accounting.start()
  const admin = createRelayAdmin({
    ...dependencies,
    db,
    encryption,
    keys,
    healthOf: health.snapshot,
    allowedHosts: hosts,
    testChannel: () => Promise.reject(new AppError('AI_UNAVAILABLE', 'Channels cannot be tried out yet.')),
  })

  return {
    routes(app: FastifyInstance): void {
      admin.routes(app)
      serveRoutes(app, {
        credentials,
        sinks,
        ledger: accounting.ledger,
        prices: accounting.prices,
        channels,
        health,
        dispatcherOf: dispatchers.of,
        enter: async () => () => undefined,
        limitGuesses,
        node: accounting.node,
      })
    },
    /** Waits until every call is billed. */
    async close(): Promise<void> {
      sinks.close()
      await accounting.close()
      await Promise.all([dispatchers.close(), testUpstream.close()])
    },
  }
}

/** The built-in upstream, on a port of the loopback that nobody else is told. */
async function startTestUpstream(): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createTestUpstream()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the test upstream listens on no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Connections to upstreams, shared by channels that wait as long for one. */
function createDispatchers(hosts: ReturnType<typeof createAllowedHosts>) {
  const forTest = new Agent({ pipelining: 1 })
  const byConnectMs = new Map<number, Agent>()

  return {
    of({ type, timeouts: { connectMs } }: Channel): Dispatcher {
      if (type === 'test') return forTest
      const known = byConnectMs.get(connectMs)
      if (known) return known
      const dispatcher = createDispatcher({ connectMs, hosts })
      byConnectMs.set(connectMs, dispatcher)
      return dispatcher
    },
    close: () => Promise.all([forTest, ...byConnectMs.values()].map((dispatcher) => dispatcher.destroy())),
  }
}
