import type { Presence } from '@parley/protocol/people'
import { presenceChannel, userChannel } from '../../realtime/channels.ts'
import type { Gateway } from '../../realtime/gateway.ts'
import type { Connection } from '../../realtime/sockets.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createAttendance, type Attention } from './attendance.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { findUsers, setLastSeen } from './store.ts'

interface Person {
  /** What each socket of theirs on this node says. */
  sockets: Map<string, Attention>
  /** How they attend on this node, as far as it was told. */
  told: Attention | null
}

/** A reload is back before this is over, and nobody hears of it. */
const debounceMs = 3_000
const sweepMs = 500

const attentionOf = ({ sockets }: Person): Attention => ([...sockets.values()].includes('online') ? 'online' : 'away')

/** Who is there on two nodes is as attentive as on the one where they are more so. */
const more = (one: Attention | undefined, other: Attention | undefined): Attention | undefined =>
  one === 'online' || other === 'online' ? 'online' : (one ?? other)

/** Knows who is there, and tells those who watch them of every change. */
export function servePresence(gateway: Gateway, { db, events, relations, cluster, logger }: PeopleDependencies) {
  const attendance = createAttendance({
    cluster,
    onError: (error) => logger.error({ err: error }, 'who is there on other nodes is not known'),
  })
  const people = new Map<string, Person>()
  /** When the last socket of somebody closed. */
  const leftAtMs = new Map<string, number>()
  /** Whom each socket watches. */
  const watched = new Map<string, Set<string>>()

  function tell({
    userId,
    state,
    lastSeenAt = null,
  }: {
    userId: string
    state: Presence['state']
    lastSeenAt?: Date | null
  }) {
    const presence = { userId, state, lastSeenAt: lastSeenAt?.toISOString() ?? null }
    gateway.emit(presenceChannel(userId), 'presence', presence)
  }

  /** Tells of a change on this node, as it looks on all of them. */
  function update(userId: string, person: Person): void {
    const attention = attentionOf(person)
    if (person.told === attention) return
    person.told = attention
    attendance.note(userId, attention)
    if (attention === 'online' || !cluster) {
      tell({ userId, state: attention })
      return
    }
    void attendance.elsewhere([userId]).then((others) => {
      // Unless it has changed again meanwhile.
      if (person.told === attention) tell({ userId, state: more(attention, others.get(userId)) ?? attention })
    })
  }

  function attend({ id, actor }: Connection, attention: Attention): void {
    const person = people.get(actor.userId) ?? { sockets: new Map<string, Attention>(), told: null }
    people.set(actor.userId, person)
    leftAtMs.delete(actor.userId)
    person.sockets.set(id, attention)
    update(actor.userId, person)
  }

  function leave({ id, actor }: Connection): void {
    watched.delete(id)
    const person = people.get(actor.userId)
    if (!person?.sockets.delete(id)) return
    if (person.sockets.size === 0) leftAtMs.set(actor.userId, Date.now())
    else update(actor.userId, person)
  }

  const saveLastSeen = async (userIds: string[], at: Date): Promise<void> => {
    if (userIds.length === 0) return
    await setLastSeen(db, userIds, at).catch((error: unknown) =>
      logger.error({ err: error, people: userIds.length }, 'when people were last seen could not be stored'),
    )
  }

  async function sweep(): Promise<void> {
    const until = Date.now() - debounceMs
    const gone = [...leftAtMs].flatMap(([userId, leftMs]) => (leftMs <= until ? [userId] : []))
    const lastSeenAt = new Date(until)
    for (const userId of gone) {
      leftAtMs.delete(userId)
      people.delete(userId)
      attendance.note(userId, null)
    }
    const others = await attendance.elsewhere(gone)
    const left = gone.filter((userId) => !people.has(userId))
    for (const userId of left) {
      const state = others.get(userId)
      tell(state ? { userId, state } : { userId, state: 'offline', lastSeenAt })
    }
    await saveLastSeen(
      left.filter((userId) => !others.has(userId)),
      lastSeenAt,
    )
  }

  async function watch(userIds: string[], { id, actor }: Connection): Promise<Presence[]> {
    const wanted = new Set(userIds)
    for (const userId of watched.get(id) ?? []) {
      if (!wanted.has(userId)) gateway.unsubscribe(id, presenceChannel(userId))
    }
    watched.set(id, wanted)
    const [visible, others] = await Promise.all([visibleTo(actor, [...wanted]), attendance.elsewhere([...wanted])])
    // Unless the socket closed meanwhile, or asked again.
    if (watched.get(id) === wanted) {
      for (const userId of visible.keys()) gateway.subscribe(id, presenceChannel(userId))
    }
    return [...wanted].map((userId) => presenceOf(userId, visible, others.get(userId)))
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
  function presenceOf(userId: string, visible: Map<string, Date | null>, elsewhere: Attention | undefined): Presence {
    const attention = more(people.get(userId)?.told ?? undefined, elsewhere)
    const state = (visible.has(userId) ? attention : undefined) ?? 'offline'
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
  const timer = setInterval(() => void sweep(), sweepMs)
  timer.unref()

  return {
    /** Everybody of the installation who is there, on whatever node. */
    async everybody(): Promise<string[]> {
      return [...new Set([...people.keys(), ...(await attendance.everybodyElsewhere())])]
    },
    /** Everybody leaves when the server does. */
    async close(): Promise<void> {
      clearInterval(timer)
      await saveLastSeen([...people.keys()], new Date())
      await attendance.close()
    },
  }
}
