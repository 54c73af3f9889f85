import { sql } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import { messageMentions, messages } from '../messages/tables.ts'

/** Counting stops here: 100 means "99+". */
const countedMax = 100

interface ReadState {
  roomId: string
  readSeq: number
  lastSeq: number
}

interface Counts {
  unread: number
  mentions: number
}

/** What others said and is still there. */
const countable = (userId: string) =>
  sql`${messages.senderId} <> ${userId} AND ${messages.kind} NOT IN ('recall', 'system')`

const countOfRoom = (userId: string, { roomId, readSeq }: ReadState) => sql`
  SELECT ${roomId} AS room_id,
    (SELECT COUNT(*) FROM (
      SELECT 1 FROM ${messages}
      WHERE ${messages.roomId} = ${roomId} AND ${messages.seq} > ${readSeq} AND ${countable(userId)}
      LIMIT ${countedMax}) AS others) AS unread,
    (SELECT COUNT(*) FROM (
      SELECT 1 FROM ${messageMentions}
      JOIN ${messages} ON ${messages.roomId} = ${messageMentions.roomId} AND ${messages.seq} = ${messageMentions.seq}
      WHERE ${messageMentions.userId} = ${userId} AND ${messageMentions.roomId} = ${roomId}
        AND ${messageMentions.seq} > ${readSeq} AND ${countable(userId)}
      LIMIT ${countedMax}) AS mine) AS mentions`

/** Unread messages and mentions of the rooms whose head is past what was read, counted in one statement. */
export async function countUnread(db: Database, userId: string, rooms: ReadState[]): Promise<Map<string, Counts>> {
  const behind = rooms.filter(({ readSeq, lastSeq }) => lastSeq > readSeq)
  if (behind.length === 0) return new Map()
  const counted = sql.join(
    behind.map((room) => countOfRoom(userId, room)),
    sql` UNION ALL `,
  )
  const records = await db
    .select({
      roomId: sql`counted.room_id`.mapWith(String),
      unread: sql`counted.unread`.mapWith(Number),
      mentions: sql`counted.mentions`.mapWith(Number),
    })
    .from(sql`(${counted}) AS counted`)
  return new Map(records.map(({ roomId, ...counts }) => [roomId, counts]))
}
