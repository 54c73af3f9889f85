import type { Presence, PresenceState } from '@parley/protocol/people'
import { presenceChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { Connection } from '../../realtime/sockets.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { findUsers, setLastSeen } from './store.ts'

type Attention = 'online' | 'away'

interface Person {
  /** What each socket of theirs on this node says. */
  sockets: Map<string, Attention>
  /** What watchers were last told. */
  state: PresenceState
}

/** A reload is back before this is over, and nobody hears of it. */
const debounceMs = 3_000
const sweepMs = 500

const attentionOf = ({ sockets }: Person): Attention => ([...sockets.values()].includes('online') ? 'online' : 'away')

/** Knows who is there, and tells those who watch them of every change. */
export function servePresence(gateway: Gateway, { db, events, relations, logger }: PeopleDependencies) {
  const people = new Map<string, Person>()
  /** When the last socket of somebody closed. */
  const leftAtMs = new Map<string, number>()
  /** Whom each socket watches. */
  const watched = new Map<string, Set<string>>()

  function tell(userId: string, person: Person, state: PresenceState, lastSeenAt: Date | null = null): void {
    if (person.state === state) return
    person.state = state
    const presence = { userId, state, lastSeenAt: lastSeenAt?.toISOString() ?? null }
    gateway.emit(presenceChannel(userId), 'presence', presence)
  }

  function attend({ id, actor }: Connection, attention: Attention): void {
    const person = people.get(actor.userId) ?? { sockets: new Map<string, Attention>(), state: 'offline' as const }
    people.set(actor.userId, person)
    leftAtMs.delete(actor.userId)
    person.sockets.set(id, attention)
    tell(actor.userId, person, attentionOf(person))
  }

  function leave({ id, actor }: Connection): void {
    watched.delete(id)
    const person = people.get(actor.userId)
    if (!person?.sockets.delete(id)) return
    if (person.sockets.size === 0) leftAtMs.set(actor.userId, Date.now())
    else tell(actor.userId, person, attentionOf(person))
  }

  const saveLastSeen = async (userIds: string[], at: Date): Promise<void> => {
    if (userIds.length === 0) return
    await setLastSeen(db, userIds, at).catch((error: unknown) =>
      logger.error({ err: error, people: userIds.length }, 'when people were last seen could not be stored'),
    )
  }

  function sweep(): void {
    const until = Date.now() - debounceMs
    const gone = [...leftAtMs].flatMap(([userId, leftMs]) => (leftMs <= until ? [userId] : []))
    const lastSeenAt = new Date(until)
    for (const userId of gone) {
      leftAtMs.delete(userId)
      const person = people.get(userId)
      people.delete(userId)
      if (person) tell(userId, person, 'offline', lastSeenAt)
    }
    void saveLastSeen(gone, lastSeenAt)
  }

  async function watch(userIds: string[], { id, actor }: Connection): Promise<Presence[]> {
    const wanted = new Set(userIds)
    for (const userId of watched.get(id) ?? []) {
      if (!wanted.has(userId)) gateway.unsubscribe(id, presenceChannel(userId))
    }
    watched.set(id, wanted)
    const visible = await visibleTo(actor, [...wanted])
    // Unless the socket closed meanwhile, or asked again.
    if (watched.get(id) === wanted) {
      for (const userId of visible.keys()) gateway.subscribe(id, presenceChannel(userId))
    }
    return [...wanted].map((userId) => presenceOf(userId, visible))
  }

  /** People the actor may see, with when they were last seen. */
  async function visibleTo(actor: Actor, userIds: string[]): Promise<Map<string, Date | null>> {
    if (userIds.length === 0) return new Map()
    const [records, blocked] = await Promise.all([
      findUsers(db, actor, userIds),
      relations.blockedAmong(actor.userId, userIds),
    ])
    return new Map(records.flatMap(({ id, lastSeenAt }) => (blocked.has(id) ? [] : [[id, lastSeenAt] as const])))
  }

  /** Who may not be seen looks like somebody who never came. */
  function presenceOf(userId: string, visible: Map<string, Date | null>): Presence {
    const state = visible.has(userId) ? (people.get(userId)?.state ?? 'offline') : 'offline'
    const lastSeenAt = state === 'offline' ? visible.get(userId) : null
    return { userId, state, lastSeenAt: lastSeenAt?.toISOString() ?? null }
  }

  gateway.onConnect((connection) => attend(connection, 'online'))
  gateway.onDisconnect(leave)
  gateway.command('presence.set', async ({ state }, connection) => {
    attend(connection, state)
    return {}
  })
  gateway.command('presence.watch', async ({ userIds }, connection) => ({ people: await watch(userIds, connection) }))
  events.on('block.changed', ({ userId, otherId }) => {
    gateway.unsubscribe(userChannel(userId), presenceChannel(otherId))
    gateway.unsubscribe(userChannel(otherId), presenceChannel(userId))
  })
  const timer = setInterval(sweep, sweepMs)
  timer.unref()

  return {
    /** Everybody leaves when the server does. */
    async close(): Promise<void> {
      clearInterval(timer)
      await saveLastSeen([...people.keys()], new Date())
    },
  }
}
