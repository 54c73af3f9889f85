import type { RequestOf } from '@parley/protocol/contract'
import type {
  ChannelTest,
  createChannel,
  listChannels,
  RelayChannel,
  updateChannel,
} from '@parley/protocol/relay-channels'
import { and, eq, like } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import { isDuplicateOf, type Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { conflict, notFound } from '../../../platform/http/errors.ts'
import { likePattern } from '../../../platform/like.ts'
import { keyContext } from '../routing/channels.ts'
import { relayChannels, type ChannelTimeouts } from '../tables.ts'
import { personOf } from './asker.ts'
import { requireKeyForHost, resolveBaseUrl } from './channel-address.ts'
import { valuesBefore } from './column-values.ts'
import type { ChannelRow, RelayAdminDependencies } from './dependencies.ts'
import { orderBy, rowsOf } from './list-page.ts'

type Wanted = RequestOf<typeof updateChannel>['body']

/** Models that think are silent for minutes before their first word. */
const usualTimeouts: ChannelTimeouts = { connectMs: 5_000, headersMs: 60_000, firstTokenMs: 180_000, idleMs: 60_000 }

function timeoutsOf(wanted: Wanted['timeouts'], before: ChannelTimeouts): ChannelTimeouts {
  return {
    connectMs: wanted?.connect_ms ?? before.connectMs,
    headersMs: wanted?.headers_ms ?? before.headersMs,
    firstTokenMs: wanted?.first_token_ms ?? before.firstTokenMs,
    idleMs: wanted?.idle_ms ?? before.idleMs,
  }
}

/** Columns of what is wanted, but for the address and the key, which are checked and encrypted first. */
function columnsOf(
  { base_url: _address, key: _key, model_mapping, timeouts, name, ...same }: Wanted,
  before: ChannelTimeouts,
) {
  return {
    ...same,
    ...(name !== undefined && { name: name.trim() }),
    ...(model_mapping !== undefined && { modelMapping: model_mapping }),
    ...(timeouts !== undefined && { timeouts: timeoutsOf(timeouts, before) }),
  }
}

const nameTaken = (error: unknown): never => {
  if (!isDuplicateOf(error, 'relay_channels_name')) throw error
  throw conflict('Another channel has this name.', 'name-taken')
}

/** What administrators do with channels. A key goes in, and never comes out. */
export function createChannels({
  db,
  events,
  encryption,
  allowedHosts,
  healthOf,
  testChannel,
}: RelayAdminDependencies) {
  const changed = ({ workspaceId }: Actor, channelId: string) =>
    events.announce('relay.changed', { workspaceId, kind: 'channels', channelId })

  // What is encrypted is as long as its content: seen without opening it, which a changed secret would not let.
  const sealedNothing = encryption.seal('', '')
  const hasKey = ({ keySealed }: ChannelRow): boolean => keySealed.length > sealedNothing.length

  function view(row: ChannelRow): RelayChannel {
    const { id, name, type, models, priority, weight, status, timeouts, rpm, tpm, concurrency } = row
    const { state, samples, failures, errorRate, bannedUntilMs } = healthOf(id)
    return {
      id,
      name,
      type,
      base_url: row.baseUrl,
      has_key: hasKey(row),
      models,
      model_mapping: row.modelMapping,
      priority,
      weight,
      status,
      timeouts: {
        connect_ms: timeouts.connectMs,
        headers_ms: timeouts.headersMs,
        first_token_ms: timeouts.firstTokenMs,
        idle_ms: timeouts.idleMs,
      },
      rpm,
      tpm,
      concurrency,
      health: { state, samples, failures, error_rate: errorRate, banned_until: bannedUntilMs },
      created_at: row.createdAt.getTime(),
    }
  }

  async function find(tx: Queryable, { workspaceId }: Actor, id: string, lock = false): Promise<ChannelRow> {
    const query = tx
      .select()
      .from(relayChannels)
      .where(and(eq(relayChannels.workspaceId, workspaceId), eq(relayChannels.id, id)))
    const [found] = await (lock ? query.for('update') : query)
    if (!found) throw notFound('This channel')
    return found
  }

  const audit = (tx: Queryable, actor: Actor, id: string) => {
    const target = { targetKind: 'relay-channel', targetId: id }
    return (action: string, values: { before?: Record<string, unknown>; after?: Record<string, unknown> }) =>
      recordAudit(tx, {
        workspaceId: actor.workspaceId,
        actorId: personOf(actor),
        ...target,
        action: `relay-channel.${action}`,
        ...values,
      })
  }

  const read = async (actor: Actor, id: string): Promise<RelayChannel> => view(await find(db, actor, id))

  return {
    read,
    async list(
      actor: Actor,
      { order = '-priority', query, status, ...wanted }: RequestOf<typeof listChannels>['query'],
    ) {
      const { priority, name, createdAt, id } = relayChannels
      const where = and(
        eq(relayChannels.workspaceId, actor.workspaceId),
        status && eq(relayChannels.status, status),
        query?.trim() ? like(name, likePattern(query.trim(), 'part')) : undefined,
      )
      const columns = {
        '-priority': priority,
        name,
        '-name': name,
        created_at: createdAt,
        '-created_at': createdAt,
      }
      const { limit, offset } = rowsOf(wanted)
      const [rows, total] = await Promise.all([
        db
          .select()
          .from(relayChannels)
          .where(where)
          .orderBy(...orderBy(order, columns, id))
          .limit(limit)
          .offset(offset),
        db.$count(relayChannels, where),
      ])
      return { channels: rows.map(view), total }
    },
    async create(actor: Actor, wanted: RequestOf<typeof createChannel>['body']): Promise<RelayChannel> {
      const { type, base_url = '', key = '', model_mapping: modelMapping = {}, models, name } = wanted
      const baseUrl = resolveBaseUrl(type, base_url, allowedHosts())
      const id = await db
        .transaction(async (tx) => {
          const [result] = await tx.insert(relayChannels).values({
            workspaceId: actor.workspaceId,
            timeouts: usualTimeouts,
            ...columnsOf(wanted, usualTimeouts),
            type,
            name: name.trim(),
            models,
            modelMapping,
            baseUrl,
            keySealed: '',
            createdAt: new Date(),
          })
          const made = String(result.insertId)
          // What a key is encrypted for is its channel's id, which is known only now.
          await tx
            .update(relayChannels)
            .set({ keySealed: encryption.seal(key, keyContext(made)) })
            .where(eq(relayChannels.id, made))
          await audit(tx, actor, made)('made', { after: { ...wanted, base_url: baseUrl } })
          return made
        })
        .catch(nameTaken)
      await changed(actor, id)
      return read(actor, id)
    },
    async change(actor: Actor, id: string, wanted: Wanted): Promise<RelayChannel> {
      await db
        .transaction(async (tx) => {
          const channel = await find(tx, actor, id, true)
          const { type = channel.type, key } = wanted
          const baseUrl = resolveBaseUrl(type, wanted.base_url ?? (wanted.type ? '' : channel.baseUrl), allowedHosts())
          if (key === undefined && hasKey(channel)) requireKeyForHost(channel.baseUrl, baseUrl)
          await tx
            .update(relayChannels)
            .set({
              ...columnsOf(wanted, channel.timeouts),
              baseUrl,
              ...(key !== undefined && { keySealed: encryption.seal(key, keyContext(id)) }),
            })
            .where(eq(relayChannels.id, id))
          await audit(tx, actor, id)('changed', { before: valuesBefore(view(channel), wanted), after: wanted })
        })
        .catch(nameTaken)
      await changed(actor, id)
      return read(actor, id)
    },
    async remove(actor: Actor, id: string): Promise<void> {
      await db.transaction(async (tx) => {
        const { name, type, baseUrl } = await find(tx, actor, id, true)
        await tx.delete(relayChannels).where(eq(relayChannels.id, id))
        await audit(tx, actor, id)('deleted', { before: { name, type, base_url: baseUrl } })
      })
      await changed(actor, id)
    },
    async test(actor: Actor, id: string, model: string | undefined): Promise<ChannelTest> {
      const { durationMs, status = null, ...trial } = await testChannel(await find(db, actor, id), model)
      // One that works is used again at once, by every node.
      if (trial.ok) await changed(actor, id)
      return { ...trial, status, duration_ms: Math.round(durationMs) }
    },
  }
}
