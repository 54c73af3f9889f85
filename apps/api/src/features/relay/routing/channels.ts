import { eq } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import type { Encryption } from '../../../platform/encryption.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { RelayEvents } from '../events.ts'
import { createModelMatcher, isPattern } from '../model-patterns.ts'
import { providerUrls } from '../upstream/providers.ts'
import { relayChannels, type ChannelTimeouts, type ChannelType } from '../tables.ts'
import { createWorkspaceMemory, lookInto } from '../workspace-memory.ts'

/** A channel with its key, as it is kept in memory. */
export interface Channel {
  id: string
  workspaceId: string
  name: string
  type: ChannelType
  /** Where its upstream is; of a `test` channel, the built-in one. */
  baseUrl: URL
  key: string
  models: readonly string[]
  modelMapping: Readonly<Record<string, string>>
  priority: number
  weight: number
  isEnabled: boolean
  timeouts: ChannelTimeouts
  rpm: number | null
  tpm: number | null
  concurrency: number | null
}

/** The channels of workspaces, in memory. Each question is answered at once, or by a promise while a workspace is read. */
export interface Channels {
  /** The channels that are in use and have this model. */
  candidatesFor(workspaceId: string, model: string): readonly Channel[] | Promise<readonly Channel[]>
  /** Every model of the channels in use, by name; what patterns stand for is not known. */
  modelsOf(workspaceId: string): readonly string[] | Promise<readonly string[]>
  /** A channel, in use or not; null for none of the workspace. */
  channelById(workspaceId: string, id: string): Channel | null | Promise<Channel | null>
  /** A channel as it is stored, with its key. Throws if that cannot be decrypted. */
  open(row: Row): Channel
}

type Row = typeof relayChannels.$inferSelect

interface ChannelDependencies {
  db: Database
  events: EventBus<RelayEvents>
  encryption: Encryption
  /** Where the built-in test upstream listens, such as `http://127.0.0.1:4711`. */
  testUpstream: () => string
  log: { error(context: object, message: string): void }
}

/** Where provider keys open. */
export const keyContext = (channelId: string): string => `relay channel ${channelId}`

/** Patterns fit any name a client makes up; only so many are remembered. */
const modelsMax = 1_000

/** The channels of one workspace. */
interface Loaded {
  byId: ReadonlyMap<string, Channel>
  names: readonly string[]
  candidates: (model: string) => readonly Channel[]
}

/** What the channel calls a model. */
export const upstreamModelOf = ({ modelMapping }: Pick<Channel, 'modelMapping'>, model: string): string =>
  Object.hasOwn(modelMapping, model) ? (modelMapping[model] ?? model) : model

function index(channels: Channel[]): Loaded {
  const enabled = channels
    .filter(({ isEnabled }) => isEnabled)
    .map((channel) => ({ channel, matches: createModelMatcher(channel.models) }))
  const names = new Set(enabled.flatMap(({ channel }) => channel.models).filter((model) => !isPattern(model)))
  const byModel = new Map<string, readonly Channel[]>()
  return {
    byId: new Map(channels.map((channel) => [channel.id, channel])),
    names: [...names].toSorted(),
    candidates(model) {
      const known = byModel.get(model)
      if (known) return known
      const found = enabled.filter(({ matches }) => matches(model)).map(({ channel }) => channel)
      if (byModel.size >= modelsMax) byModel.clear()
      byModel.set(model, found)
      return found
    },
  }
}

export function createChannels({ db, events, encryption, testUpstream, log }: ChannelDependencies): Channels {
  function addressOf({ type, baseUrl }: Row): URL {
    if (type !== 'test') return new URL(baseUrl || providerUrls[type])
    return new URL(baseUrl === 'failures' ? '/failures/v1' : '/answers/v1', testUpstream())
  }

  function open(row: Row): Channel {
    const { keySealed, status, createdAt: _, ...others } = row
    const key = encryption.open(keySealed, keyContext(row.id))
    return { ...others, key, isEnabled: status === 'enabled', baseUrl: addressOf(row) }
  }

  /** Null where it cannot be opened: one such channel must not take the others with it. */
  function openOrLeave(row: Row): Channel | null {
    try {
      return open(row)
    } catch (error) {
      log.error({ err: error, channelId: row.id }, 'a channel cannot be opened and is left out')
      return null
    }
  }

  async function read(workspaceId: string): Promise<Loaded> {
    const rows = await db
      .select()
      .from(relayChannels)
      .where(eq(relayChannels.workspaceId, workspaceId))
      .orderBy(relayChannels.id)
    return index(rows.map(openOrLeave).filter((channel) => channel !== null))
  }

  const channels = createWorkspaceMemory<Loaded>({ events, kinds: ['channels'], load: read })

  return {
    candidatesFor: (workspaceId, model) => lookInto(channels(workspaceId), ({ candidates }) => candidates(model)),
    modelsOf: (workspaceId) => lookInto(channels(workspaceId), ({ names }) => names),
    channelById: (workspaceId, id) => lookInto(channels(workspaceId), ({ byId }) => byId.get(id) ?? null),
    open,
  }
}
