import { and, asc, eq, isNotNull } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import { messageMentions, messages, messageTerms, roomPins, searchProgress } from '../messages/tables.ts'
import type { RoomDependencies } from './dependencies.ts'
import { roomInvites, rooms } from './tables.ts'

/** Rows a statement deletes: each is a short lock and a small log, however large the room was. */
const batchRows = 1_000

/** After a failure, such as a database that is away. */
const retryMs = 60_000

/** What a room leaves behind. Its own row goes last: it is what says that there is something to purge. */
const remains = [messageTerms, messageMentions, roomPins, messages, searchProgress, roomInvites]

async function deleteRowsOf(db: Database, table: (typeof remains)[number], roomId: string): Promise<number> {
  const [result] = await db.delete(table).where(eq(table.roomId, roomId)).limit(batchRows)
  return result.affectedRows
}

/** Removes, in the background, what deleted rooms held. What a stop of the server interrupts goes on at the next start. */
export function createPurge({ db, purgeFilesOf, logger }: Pick<RoomDependencies, 'db' | 'purgeFilesOf' | 'logger'>) {
  let running: Promise<void> | null = null
  let again = false
  let closed = false
  let retry: NodeJS.Timeout | undefined

  /** Answers whether it came to the end. */
  async function purgeRoom(roomId: string): Promise<boolean> {
    await purgeFilesOf(roomId)
    for (const table of remains) {
      while ((await deleteRowsOf(db, table, roomId)) === batchRows) if (closed) return false
    }
    await db.delete(rooms).where(and(eq(rooms.id, roomId), isNotNull(rooms.deletedAt)))
    return true
  }

  async function purgeAll(): Promise<void> {
    const deleted = await db
      .select({ roomId: rooms.id })
      .from(rooms)
      .where(isNotNull(rooms.deletedAt))
      .orderBy(asc(rooms.deletedAt))
    for (const { roomId } of deleted) {
      if (closed || !(await purgeRoom(roomId))) return
      logger.info({ roomId }, 'purged a deleted room')
    }
  }

  async function run(): Promise<void> {
    do {
      again = false
      await purgeAll()
    } while (again && !closed)
  }

  /** Begins to purge, or sees to it that a running purge looks once more. */
  function start(): void {
    if (closed) return
    again = true
    running ??= run()
      .catch((error: unknown) => {
        logger.error({ err: error }, 'a purge failed and will be tried again')
        retry = setTimeout(start, retryMs).unref()
      })
      .finally(() => (running = null))
  }

  return {
    start,
    /** Stops after the statement that is running. */
    async close(): Promise<void> {
      closed = true
      clearTimeout(retry)
      await running
    },
  }
}
