import { setTimeout as delay } from 'node:timers/promises'
import { updateMembership } from '@parley/protocol/rooms'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { gatherCast, type Cast } from './cast.ts'
import { roomCreatedAt } from './conversation.ts'
import { conversations } from './conversations/all.ts'
import { everyone } from './conversations/everyone.ts'
import { addCrowd, makeCrowd, talk } from './crowd.ts'
import { openRoom, perform } from './perform.ts'
import { usernames } from './people.ts'
import type { Stage } from './stage.ts'

export interface Scale {
  /** People in the large room. */
  people: number
  /** What its crowd says, without the scripted words of the team. */
  messages: number
}

interface Progress extends RowDataPacket {
  /** Sums are decimals, which travel as text. */
  done: string | null
  total: string | null
}

const pollMs = 250

/** Fills a workspace. A second run finds everything there; one that was stopped goes on. Answers the ids of the rooms. */
export async function fillDemo(stage: Stage, scale: Scale): Promise<string[]> {
  const cast = await gatherCast(stage)
  const roomIds: string[] = []
  for (const [index, conversation] of conversations.entries()) {
    const roomId = await openRoom(stage, cast, conversation)
    await perform(stage, cast, conversation, roomId)
    roomIds.push(roomId)
    stage.report('conversations', index + 1, conversations.length)
  }
  roomIds.push(await fillLargeRoom(stage, cast, scale))
  await keepOnTop(cast, roomIds.slice(0, 2))
  await untilIndexed(stage, roomIds)
  await cast.signOut()
  return roomIds
}

async function fillLargeRoom(stage: Stage, cast: Cast, { people, messages }: Scale): Promise<string> {
  const crowd = await makeCrowd(stage, cast, people - usernames.length)
  const roomId = await openRoom(stage, cast, everyone)
  const room = { roomId, since: roomCreatedAt(everyone, cast.madeAt), until: cast.madeAt }
  await addCrowd(stage, cast, room, crowd)
  await talk(stage, room, crowd, messages)
  await perform(stage, cast, everyone, roomId)
  return roomId
}

async function keepOnTop({ players }: Cast, roomIds: string[]): Promise<void> {
  for (const roomId of roomIds) await players.demo.rest.call(updateMembership, { body: { roomId, pinned: true } })
}

/** The server indexes behind what is written. What it indexed before the dates were set gets them here. */
async function untilIndexed({ sql, signal, report }: Stage, roomIds: string[]): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const { done, total } = await readProgress(sql, roomIds)
    report('changes searchable', done, total)
    if (done >= total) break
    await delay(pollMs, undefined, { signal })
  }
  await sql.query(
    'UPDATE message_terms t JOIN messages m ON m.room_id = t.room_id AND m.seq = t.seq ' +
      'SET t.created_at = m.created_at WHERE t.room_id IN (?) AND t.created_at <> m.created_at',
    [roomIds],
  )
}

async function readProgress(sql: Pool, roomIds: string[]): Promise<{ done: number; total: number }> {
  const [rows] = await sql.query<Progress[]>(
    'SELECT SUM(COALESCE(p.indexed_change, 0)) AS done, SUM(h.last_change) AS total FROM room_heads h ' +
      'LEFT JOIN search_progress p ON p.room_id = h.room_id WHERE h.room_id IN (?)',
    [roomIds],
  )
  return { done: Number(rows[0]?.done ?? 0), total: Number(rows[0]?.total ?? 0) }
}
