import { setTimeout as delay } from 'node:timers/promises'
import type { CommandInput } from '@parley/protocol/realtime'
import { asc, eq, lt, sql } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { RoomEvents } from './events.ts'
import type { Memberships } from './membership.ts'
import { roomHeads, roomMembers, rooms } from './tables.ts'

/** Reads that arrive within this time are written together: in a busy room everybody reads every message. */
const windowMs = 200

const batchMax = 500

interface Read {
  roomId: string
  userId: string
  seq: number
}

interface Batch {
  reads: Map<string, Read>
  written: Promise<void>
}

const asTable = (reads: Read[]) =>
  sql.join(
    reads.map(
      ({ roomId, userId, seq }) =>
        sql`SELECT CAST(${roomId} AS UNSIGNED) AS room_id, CAST(${userId} AS UNSIGNED) AS user_id, ${seq} AS seq`,
    ),
    sql` UNION ALL `,
  )

/** Which of these move anybody's mark, and no further than their room's last message. */
function readMoves(db: Database, reads: Read[]): Promise<(Read & { memberCount: number })[]> {
  const seq = sql`LEAST(asked.seq, ${roomHeads.lastSeq})`.mapWith(Number)
  return db
    .select({ roomId: roomMembers.roomId, userId: roomMembers.userId, seq, memberCount: rooms.memberCount })
    .from(sql`(${asTable(reads)}) AS asked`)
    .innerJoin(roomMembers, sql`${roomMembers.roomId} = asked.room_id AND ${roomMembers.userId} = asked.user_id`)
    .innerJoin(roomHeads, eq(roomHeads.roomId, roomMembers.roomId))
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .where(lt(roomMembers.readSeq, seq))
    .orderBy(asc(roomMembers.roomId), asc(roomMembers.userId))
}

/** Takes note of what people have read: the last of many reads wins, marks never move back. */
export function createReading({ db, events, memberships }: ReadingDependencies) {
  let open: Batch | null = null

  async function write(reads: Read[]): Promise<void> {
    const moves = await readMoves(db, reads)
    if (moves.length === 0) return
    await db.execute(sql`
      UPDATE ${roomMembers} AS m JOIN (${asTable(moves)}) AS a ON m.room_id = a.room_id AND m.user_id = a.user_id
      SET m.read_seq = GREATEST(m.read_seq, a.seq)`)
    for (const { roomId, userId, seq, memberCount } of moves)
      events.emit('room.read', { roomId, userId, seq, memberCount })
  }

  async function writeAfterWindow(reads: Map<string, Read>): Promise<void> {
    await delay(windowMs)
    open = null
    const all = [...reads.values()]
    for (let start = 0; start < all.length; start += batchMax) await write(all.slice(start, start + batchMax))
  }

  function openBatch(): Batch {
    const reads = new Map<string, Read>()
    open = { reads, written: writeAfterWindow(reads) }
    return open
  }

  /** Everything up to `seq` was seen. Resolves after the commit. */
  return async (actor: Actor, { roomId, seq }: CommandInput<'room.read'>): Promise<void> => {
    await memberships.requireMember(actor, roomId)
    const batch = open ?? openBatch()
    const key = `${roomId}:${actor.userId}`
    const known = batch.reads.get(key)
    if (!known || known.seq < seq) batch.reads.set(key, { roomId, userId: actor.userId, seq })
    await batch.written
  }
}

interface ReadingDependencies {
  db: Database
  events: EventBus<RoomEvents>
  memberships: Pick<Memberships, 'requireMember'>
}
