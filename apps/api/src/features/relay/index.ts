import { eq } from 'drizzle-orm'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { DatabasePools } from '../../platform/database.ts'
import { createEncryption } from '../../platform/encryption.ts'
import type { Cluster } from '../../platform/cluster.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Mailer } from '../../platform/mail.ts'
import { createSharedStore } from '../../platform/rate-limit-stores.ts'
import { createAlerts } from './alerts/alerts.ts'
import { createAccounting } from './accounting/index.ts'
import type { RelayAdminDependencies } from './admin/dependencies.ts'
import { createRelayAdmin } from './admin/index.ts'
import type { AccessEvents } from '../access/events.ts'
import type { IdentityEvents } from '../identity/events.ts'
import type { WorkspaceEvents } from '../workspaces/events.ts'
import type { RelayEvents } from './events.ts'
import { createTokenKeys } from './keys.ts'
import { createGuardrails } from './guardrails/store.ts'
import { createPromptLog } from './prompt-log.ts'
import { createResponseCache } from './response-cache.ts'
import { createChannels } from './routing/channels.ts'
import { createConcurrency } from './routing/concurrency.ts'
import { createHealth } from './routing/health.ts'
import { createLimits } from './routing/limits.ts'
import { createRates } from './routing/rates.ts'
import { createCredentials } from './serve/credential.ts'
import type { ServeDependencies } from './serve/dependencies.ts'
import { createRealtime } from './serve/realtime.ts'
import { serveRoutes } from './serve/routes.ts'
import { createSinks } from './serve/sink.ts'
import { createBackground } from './serve/stored-responses-background.ts'
import { createStoredResponses } from './serve/stored-responses.ts'
import { createUnderWay } from './serve/under-way.ts'
import { createWishes } from './settings.ts'
import { relayChannels } from './tables.ts'
import { createAllowedHosts } from './upstream/addresses.ts'
import { startTestUpstream } from './upstream/built-in.ts'
import { createDispatchers } from './upstream/dispatchers.ts'
import { createTrial } from './upstream/trial.ts'

interface RelayDependencies extends Pick<RelayAdminDependencies, 'adminKey' | 'allows'> {
  database: DatabasePools
  events: EventBus<RelayEvents & AccessEvents & IdentityEvents & WorkspaceEvents>
  /** The installation's secret for what is encrypted and hashed. */
  secret: string
  /** Hosts that may be called, as the setting says now. */
  upstreamHosts: () => string
  /** Tells the address a connection came from. */
  addressOf: (request: IncomingMessage) => string
  /** Folder for what is too large to be received into memory. */
  incomingDir: string
  limitGuesses: (address: string) => Promise<void>
  cluster: Cluster | null
  mailer: Mailer
  log: {
    info(context: object, message: string): void
    warn(context: object, message: string): void
    error(context: object, message: string): void
  }
}

/** The one door to every model API: keys, limits, routing, conversion and the bill. */
export async function createRelay(dependencies: RelayDependencies) {
  const { database, events, secret, upstreamHosts, limitGuesses, cluster, log } = dependencies
  const { db, reader } = database
  const keys = createTokenKeys(secret)
  const encryption = createEncryption(secret)
  const hosts = createAllowedHosts(upstreamHosts)
  const dispatchers = createDispatchers(hosts)
  const concurrency = createConcurrency({ cluster, log })
  const testUpstream = await startTestUpstream()
  const accounting = createAccounting({ database, events, log })
  const channels = createChannels({ db, events, encryption, testUpstream: () => testUpstream.origin, log })
  const health = createHealth({ onBan: (channelId, untilMs) => void announceBan(dependencies, channelId, untilMs) })
  events.onEveryNode('relay.changed', ({ channelId }) => {
    if (channelId !== undefined) health.clear(channelId)
  })
  const limits = createLimits({
    rates: createRates(createSharedStore({ cluster, log })),
    concurrency,
  })
  const wishesOf = createWishes(db, events)
  const promptLog = createPromptLog({ db, wishesOf, log })
  const alerts = createAlerts({ ...dependencies, db, encryption, wishesOf, dispatcher: dispatchers.forWebhooks })
  const cache = createResponseCache({
    cluster,
    onError: (error) => log.warn({ err: error }, 'answers that are kept could not be shared'),
  })
  const sinks = createSinks((error) => log.warn({ err: error }, 'what an upstream streams cannot be read'))
  const underWay = createUnderWay()
  const storedResponses = createStoredResponses({ db, log })
  const background = createBackground({ dispatcherOf: dispatchers.of, log })
  const credentials = createCredentials({
    reader,
    keys,
    events,
    mayUse: (owner) => dependencies.allows({ ...owner, sessionId: '' }, 'relay:write'),
  })
  const admin = createRelayAdmin({
    ...dependencies,
    db,
    encryption,
    keys,
    healthOf: health.snapshot,
    allowedHosts: hosts,
    testChannel: createTrial({ channels, dispatcherOf: dispatchers.of, log }),
  })

  const serving: ServeDependencies = {
    credentials,
    sinks,
    underWay,
    ledger: accounting.ledger,
    prices: accounting.prices,
    channels,
    health,
    dispatcherOf: dispatchers.of,
    limits,
    guardrailsFor: createGuardrails(db, events),
    cache,
    promptLog,
    storedResponses,
    background,
    limitGuesses,
    mayPin: async ({ ownerId, workspaceId }) =>
      ownerId !== null && dependencies.allows({ userId: ownerId, workspaceId, sessionId: '' }, 'relay:admin'),
    incomingDir: dependencies.incomingDir,
    node: accounting.node,
  }
  const realtime = createRealtime({ ...serving, hosts, addressOf: dependencies.addressOf, log })

  return {
    routes(app: FastifyInstance): void {
      admin.routes(app)
      serveRoutes(app, serving)
    },
    upgradeRealtime: realtime.upgrade,
    /** Begins what goes on beside calls. */
    async start(): Promise<void> {
      await accounting.start()
      promptLog.start()
      storedResponses.start()
    },
    /** Ends what is under way; calls have a while to end by themselves. */
    async drain(): Promise<void> {
      await Promise.all([underWay.close(), realtime.close()])
    },
    /** Waits until every call is billed. */
    async close(): Promise<void> {
      sinks.close()
      await background.close()
      await Promise.all([accounting.close(), promptLog.close(), storedResponses.close(), alerts.close()])
      concurrency.close()
      await Promise.all([dispatchers.close(), testUpstream.close()])
    },
  }
}

/** Says that a channel is left alone for a while. */
async function announceBan(
  { database, events, log }: Pick<RelayDependencies, 'database' | 'events' | 'log'>,
  channelId: string,
  untilMs: number,
): Promise<void> {
  log.warn({ channelId, untilMs }, 'a channel is left alone for a while: it fails')
  try {
    const [channel] = await database.db.select().from(relayChannels).where(eq(relayChannels.id, channelId))
    if (channel) events.emit('relay.banned', { workspaceId: channel.workspaceId, channelId, untilMs })
  } catch (error) {
    log.error({ err: error, channelId }, 'nobody could be told of a failing channel')
  }
}
