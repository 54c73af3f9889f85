import type { FastifyInstance } from 'fastify'
import type { Settings } from './config-reload.ts'
import { rateLimitsOf } from './config.ts'
import type { AccessEvents } from './features/access/events.ts'
import { createAccess } from './features/access/index.ts'
import { createAdmin } from './features/admin/index.ts'
import { createAudit } from './features/audit/index.ts'
import { createFileAccess, createFiles } from './features/files/index.ts'
import { enterWorkspace } from './features/identity/accounts.ts'
import type { IdentityEvents } from './features/identity/events.ts'
import { createIdentity } from './features/identity/index.ts'
import type { MessageEvents } from './features/messages/events.ts'
import { createMessages } from './features/messages/index.ts'
import { createMessageLog } from './features/messages/log.ts'
import { readMessagesAt } from './features/messages/rows-at.ts'
import type { ModerationEvents } from './features/moderation/events.ts'
import { createModeration } from './features/moderation/index.ts'
import { createMutes } from './features/moderation/mutes.ts'
import type { PeopleEvents } from './features/people/events.ts'
import { createPeople } from './features/people/index.ts'
import { createRelations } from './features/people/relations.ts'
import type { RelayEvents } from './features/relay/events.ts'
import { createRelay } from './features/relay/index.ts'
import type { RoomEvents } from './features/rooms/events.ts'
import { createRooms } from './features/rooms/index.ts'
import type { WorkspaceEvents } from './features/workspaces/events.ts'
import { createWorkspaces } from './features/workspaces/index.ts'
import { takeInvite } from './features/workspaces/invites.ts'
import { requireStorage } from './features/workspaces/storage-limit.ts'
import { joinCluster } from './platform/cluster.ts'
import { openDatabase } from './platform/database.ts'
import { createEventBus } from './platform/events.ts'
import { createAddressOf } from './platform/http/address.ts'
import { createPageOriginCheck } from './platform/http/page-origin.ts'
import { registerRateLimits } from './platform/http/limit-rate.ts'
import { refuseUndeclaredRoutes } from './platform/http/route.ts'
import { createHttpServer, list } from './platform/http/server.ts'
import { createMailer } from './platform/mail.ts'
import { createRateLimiter, requireAllowance } from './platform/rate-limit.ts'
import { noteWriters, openReplicas, type ReplicaEvents } from './platform/replicas.ts'
import { registerRequestContext } from './platform/request-context.ts'
import { createRouteCache } from './platform/route-cache.ts'
import { openStorage } from './platform/storage.ts'
import { registerTelemetry } from './platform/telemetry.ts'
import { createGateway } from './realtime/gateway.ts'
import { createHeadAnnouncer } from './realtime/heads.ts'
import { noteCommands } from './realtime/note-commands.ts'

type DomainEvents = AccessEvents &
  IdentityEvents &
  MessageEvents &
  ModerationEvents &
  PeopleEvents &
  RelayEvents &
  ReplicaEvents &
  RoomEvents &
  WorkspaceEvents

/** The composition root: builds every feature in dependency order and hands each only what it needs. */
export async function createApp(settings: Settings): Promise<FastifyInstance> {
  const config = settings.current()
  const app = await createHttpServer(config)
  registerRequestContext(app)
  refuseUndeclaredRoutes(app)
  const database = openDatabase(config.DATABASE_URL)
  const { db } = database
  // The nodes of one installation share a database, so its name is theirs.
  const namespace = new URL(config.DATABASE_URL).pathname.slice(1)
  const cluster =
    config.REDIS_URL === undefined ? null : await joinCluster({ url: config.REDIS_URL, namespace, log: app.log })
  const events = createEventBus<DomainEvents>(
    (error, event) => app.log.error({ err: error, event }, 'a listener failed'),
    cluster,
  )
  const replicaUrls = list(config.DATABASE_REPLICA_URLS)
  const replicas = openReplicas({ database, primaryUrl: config.DATABASE_URL, replicaUrls, events, log: app.log })
  if (replicaUrls.length > 0) noteWriters(app, replicas)
  const telemetry = await registerTelemetry(app, {
    ping: database.ping,
    pools: { read: database.reader, write: database.writer },
    ...(cluster && { isRedisReady: () => cluster.redis.status === 'ready' }),
    settings,
  })

  const limitRate = createRateLimiter({ limits: () => rateLimitsOf(settings.current()), cluster, log: app.log })
  registerRateLimits(app, limitRate)
  const mailer = createMailer({ config, log: app.log })
  // Never from the request: whoever sends a `Host` of their own would have links lead there.
  const linkTo = (path: string) => new URL(path, config.PUBLIC_URL).href

  const access = createAccess({ db, events })
  app.decorate('authorize', access.authorize)
  const identity = await createIdentity({
    app,
    db,
    events,
    config,
    mailer,
    linkTo,
    takeInvite,
    isRegistrationOpen: () => settings.current().REGISTRATION_OPEN,
    requireNotAbove: access.requireNotAbove,
    requireRemovable: access.requireRemovable,
  })
  const addressOf = createAddressOf(list(config.TRUSTED_PROXIES))
  const sockets = createGateway({
    server: app.server,
    ...(cluster && { adapter: cluster.socketAdapter }),
    addressOf,
    isFromOwnPage: createPageOriginCheck({ publicUrl: config.PUBLIC_URL, listed: list(config.WEB_ORIGINS) }),
    authenticate: identity.authenticateSocket,
    authorize: access.authorize,
    limitRate,
    slowCommandMs: () => settings.current().SLOW_REQUEST_MS,
    log: app.log,
  })
  const gateway = replicaUrls.length > 0 ? noteCommands(sockets, replicas.wrote) : sockets
  cluster?.onMissed(gateway.missed)
  gateway.onConnect(telemetry.connected)
  gateway.onDisconnect(telemetry.disconnected)

  const routeCache = createRouteCache({
    cluster,
    onError: (error) => app.log.error({ err: error }, 'kept answers could not be dropped'),
  })
  events.onMissed(routeCache.clear)

  const relations = createRelations({ db, events })
  const storage = await openStorage(config)
  const fileAccess = createFileAccess(db, storage)
  const log = createMessageLog(database.writer, events)
  const rooms = createRooms({
    db,
    log,
    events,
    relations,
    readFor: replicas.read,
    routeCache,
    messagesAt: (places) => readMessagesAt(database.reader, places),
    requireOwnFile: fileAccess.requireOwnFile,
    purgeFilesOf: fileAccess.purgeFilesOf,
    logger: app.log,
  })
  const files = createFiles(
    {
      db,
      storage,
      config,
      requireStorage,
      isMember: async (actor, roomId) => (await rooms.membership(actor.userId, roomId)) !== null,
      isShared: access.isFileShared,
      authenticate: identity.authenticateFiles,
      onError: (error) => app.log.error({ err: error }, 'unused files could not be swept'),
    },
    fileAccess,
  )
  const heads = createHeadAnnouncer({
    gateway,
    readHeads: rooms.readHeads,
    onError: (error) => app.log.error({ err: error }, 'heads could not be announced'),
    bodySocketsMax: 5_000,
  })
  const mutes = createMutes({ db, events, requireNotAbove: access.requireNotAbove })
  const messages = createMessages({
    database,
    readFor: replicas.read,
    events,
    log,
    access: {
      ...rooms,
      ...fileAccess,
      publicUsers: relations.publicUsers,
      requirePost: async (actor, roomId) => {
        await mutes.requireUnmuted(actor.userId)
        return rooms.requirePost(actor, roomId)
      },
    },
    heads,
    onError: (error, what) => app.log.error({ err: error }, `${what} failed`),
  })

  const people = createPeople({
    db,
    events,
    relations,
    cluster,
    readFor: replicas.read,
    routeCache,
    allows: access.allows,
    profileOf: identity.profileOf,
    requireOwnFile: fileAccess.requireOwnFile,
    openAvatar: fileAccess.openAvatar,
    openPrivateRoom: rooms.openPrivateRoom,
    logger: app.log,
  })

  const workspaces = createWorkspaces({
    db,
    events,
    mailer,
    linkTo,
    onError: (error, what) => app.log.error({ err: error }, what),
    requireRoleWithin: access.requireRoleWithin,
    enterWorkspace,
  })
  workspaces.routes(app)
  access.routes(app, { publicUsers: relations.publicUsers, ownerOfReadableFile: files.ownerOfReadable })
  access.realtime(gateway)
  createAdmin({
    database,
    events,
    cluster,
    replicas: replicas.state,
    publicUsers: relations.publicUsers,
    online: people.online,
    requireNotAbove: access.requireNotAbove,
    disableUser: identity.disableUser,
    enableUser: identity.enableUser,
    muteUser: mutes.setMuted,
    deleteRoom: rooms.deleteAny,
    onError: (error, what) => app.log.error({ err: error }, what),
  }).routes(app)
  createAudit({ db, publicUsers: relations.publicUsers }).routes(app)
  const moderation = createModeration({
    ...mutes,
    db,
    events,
    publicUsers: relations.publicUsers,
    requireMember: rooms.requireMember,
    messagesAt: (places) => readMessagesAt(database.reader, places),
    requireNotAbove: access.requireNotAbove,
    removeMessage: messages.remove,
    disableUser: identity.disableUser,
  })

  const relay = await createRelay({
    database,
    events,
    cluster,
    mailer,
    secret: config.ENCRYPTION_KEY,
    upstreamHosts: () => settings.current().RELAY_UPSTREAM_HOSTS,
    incomingDir: storage.incomingDir,
    addressOf,
    adminKey: config.ADMIN_KEY,
    allows: access.allows,
    limitGuesses: async (address) => requireAllowance(await limitRate('auth', { address })),
    log: app.log,
  })
  relay.routes(app)

  // Before the hooks of the features below: people are told first, whatever else there is to end.
  app.addHook('preClose', async () => {
    heads.close()
    await Promise.all([gateway.close(), relay.drain()])
    await people.close()
    await messages.close()
  })

  for (const feature of [identity, rooms, files, messages, moderation, people]) {
    feature.routes(app)
    feature.realtime(gateway)
  }
  gateway.start({ headsOf: rooms.headsOf, others: new Map([['/v1/realtime', relay.upgradeRealtime]]) })

  app.addHook('onListen', relay.start)
  app.addHook('onClose', async () => {
    await relay.close()
    await cluster?.close()
    await replicas.close()
    await database.close()
  })
  return app
}
