import type { MessageCount, Overview } from '@parley/protocol/admin'
import { and, countDistinct, eq, gte, inArray, isNull, sql, sum } from 'drizzle-orm'
import { createAnswerCache } from '../../platform/answer-cache.ts'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { files } from '../files/tables.ts'
import { sessions, users } from '../identity/tables.ts'
import { reports } from '../moderation/tables.ts'
import { rooms } from '../rooms/tables.ts'
import type { AdminDependencies } from './dependencies.ts'
import { countedDays, createMessageCounts } from './message-counts.ts'
import { findBytesMax } from './storage.ts'

/** Several administrators who watch the figures ask for them once. */
const keptMs = 2_000
const entriesMax = 1_000

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

const ofWorkspace = (workspaceId: string) => and(eq(users.workspaceId, workspaceId), isNull(users.disabledAt))

/** People who used the workspace in the last so many milliseconds, and in the last day of it. */
async function countActive(db: Queryable, workspaceId: string) {
  const nowMs = Date.now()
  const dayAgo = new Date(nowMs - dayMs)
  const [found] = await db
    .select({
      week: countDistinct(sessions.userId),
      day: sql`COUNT(DISTINCT CASE WHEN ${gte(sessions.lastUsedAt, dayAgo)} THEN ${sessions.userId} END)`.mapWith(
        Number,
      ),
    })
    .from(users)
    .innerJoin(sessions, eq(sessions.userId, users.id))
    .where(and(ofWorkspace(workspaceId), gte(sessions.lastUsedAt, new Date(nowMs - 7 * dayMs))))
  return { activeDay: found?.day ?? 0, activeWeek: found?.week ?? 0 }
}

async function countKept(db: Queryable, workspaceId: string): Promise<number> {
  const [kept] = await db
    .select({ bytes: sum(files.bytes) })
    .from(files)
    .where(eq(files.workspaceId, workspaceId))
  return Number(kept?.bytes ?? 0)
}

/** So many spans of time up to now, the earliest first, each with what was sent in it. */
function spansOf(hours: ReadonlyMap<number, number>, spans: number, spanMs: number): MessageCount[] {
  const current = Math.floor(Date.now() / spanMs)
  return Array.from({ length: spans }, (_, index) => {
    const beginMs = (current - spans + 1 + index) * spanMs
    const first = beginMs / hourMs
    let sent = 0
    for (let hour = first; hour < first + spanMs / hourMs; hour += 1) sent += hours.get(hour) ?? 0
    return { at: new Date(beginMs).toISOString(), messages: sent }
  })
}

/** The figures of a workspace, a moment old at most. */
export function createOverview({ database, online }: Pick<AdminDependencies, 'database' | 'online'>) {
  const { db } = database
  const cache = createAnswerCache<Overview>({ name: 'overviews', keptMs, entriesMax })
  const messagesOf = createMessageCounts(database)

  async function countOnline(workspaceId: string): Promise<number> {
    const userIds = await online()
    return userIds.length === 0 ? 0 : db.$count(users, and(ofWorkspace(workspaceId), inArray(users.id, userIds)))
  }

  async function load(workspaceId: string): Promise<Overview> {
    const isOpen = and(eq(reports.workspaceId, workspaceId), eq(reports.status, 'open'))
    const [total, active, here, roomCount, storageBytes, storageBytesMax, openReports, hours] = await Promise.all([
      db.$count(users, ofWorkspace(workspaceId)),
      countActive(db, workspaceId),
      countOnline(workspaceId),
      db.$count(rooms, and(eq(rooms.workspaceId, workspaceId), isNull(rooms.deletedAt))),
      countKept(db, workspaceId),
      findBytesMax(db, workspaceId),
      db.$count(reports, isOpen),
      messagesOf(workspaceId),
    ])
    return {
      people: { total, ...active, online: here },
      rooms: roomCount,
      storageBytes,
      storageBytesMax,
      openReports,
      messagesByHour: spansOf(hours, 24, hourMs),
      messagesByDay: spansOf(hours, countedDays, dayMs),
    }
  }

  return ({ workspaceId }: Actor): Promise<Overview> => cache.get(workspaceId, () => load(workspaceId))
}
