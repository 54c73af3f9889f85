import type {
  AnnouncedHead,
  HistoryWindow,
  MessageRow,
  MessagesEvent,
  RoomHead,
  SendMessage,
  SyncPage,
  SyncRoom,
  Written,
} from '@parley/protocol/messages'
import { ApiError } from '../api-error.ts'
import type { WindowQuery } from '../room.ts'

/** Small, so that short runs meet pages and resets. */
const syncPageRows = 4
const syncBehindMax = 14

interface RoomState {
  readonly head: RoomHead
  readonly rows: readonly MessageRow[]
}

/** What happens to a room's messages within one commit. */
export type Operation =
  | { kind: 'send'; senderId: string; clientId: string; text: string }
  | { kind: 'edit' | 'recall' | 'react'; seq: number; by: string }

/** Bodies the model refuses, to see sends fail. */
export const refusedText = 'refused'

/**
 * The server as the design describes it, in memory: dense counters, commits of several rows, idempotent sends, resets and
 * purges. Past states are kept, so that questions can be answered as a replica that lags would.
 */
export function createModelServer(roomIds: readonly string[]) {
  const rooms = new Map<string, RoomState>()
  const past = new Map<string, RoomState[]>()
  const writtenBy = new Map<string, Written>()
  let epoch = 1

  for (const roomId of roomIds) rooms.set(roomId, { head: { seq: 0, change: 0, epoch, floor: 0 }, rows: [] })

  function stateOf(roomId: string, statesAgo = 0): RoomState {
    const now = rooms.get(roomId)
    if (!now) throw new ApiError({ code: 'NOT_FOUND', message: 'no such room' })
    return statesAgo === 0 ? now : (past.get(roomId)?.at(-statesAgo) ?? now)
  }

  function become(roomId: string, next: RoomState) {
    past.set(roomId, [...(past.get(roomId) ?? []), stateOf(roomId)].slice(-6))
    rooms.set(roomId, next)
  }

  function commit(roomId: string, operations: readonly Operation[]): MessagesEvent {
    const { head, rows } = stateOf(roomId)
    const bySeq = new Map(rows.map((row) => [row.seq, row]))
    let { seq, change } = head
    for (const operation of operations) {
      change++
      if (operation.kind === 'send') {
        seq++
        const { senderId, clientId, text } = operation
        const createdAt = '2026-01-01T00:00:00.000Z'
        bySeq.set(seq, { roomId, seq, change, senderId, clientId, body: { kind: 'text', text }, createdAt })
      } else {
        const row = bySeq.get(operation.seq)
        if (row) bySeq.set(row.seq, { ...changedRow(row, operation.kind, operation.by), change })
      }
    }
    const current = [...bySeq.values()]
    become(roomId, { head: { ...head, seq, change }, rows: current })
    const changed = current.filter((row) => row.change > head.change).toSorted((a, b) => a.change - b.change)
    return { roomId, after: head.change, change, epoch: head.epoch, rows: changed }
  }

  return {
    commit,
    stateOf,
    heads: (): AnnouncedHead[] => [...rooms].map(([roomId, { head }]) => ({ roomId, ...head })),
    /** Stores a message once, however often it is sent; the packet is there the first time only. */
    send(senderId: string, { roomId, clientId, body }: SendMessage): { written: Written; packet?: MessagesEvent } {
      const key = `${roomId}/${senderId}/${clientId}`
      const first = writtenBy.get(key)
      if (first) return { written: first }
      const text = body.kind === 'text' ? body.text : ''
      if (text === refusedText) throw new ApiError({ code: 'PERMISSION_DENIED', message: 'refused' })
      const packet = commit(roomId, [{ kind: 'send', senderId, clientId, text }])
      const { seq, change } = stateOf(roomId).head
      writtenBy.set(key, { roomId, seq, change })
      return { written: { roomId, seq, change }, packet }
    },
    /** Where a send was stored, if it was. */
    writtenAt: (roomId: string, senderId: string, clientId: string) =>
      writtenBy.get(`${roomId}/${senderId}/${clientId}`),
    /** Another history of the same messages: numbers start again, and something changed that nobody was told of. */
    restore(roomId: string) {
      epoch++
      const { head, rows } = stateOf(roomId)
      const renumbered = rows.map((row, index) => ({ ...changedRow(row, 'edit', 'restore'), change: index + 1 }))
      become(roomId, { head: { ...head, epoch, change: rows.length }, rows: renumbered })
      for (const [key, written] of writtenBy) {
        if (written.roomId !== roomId) continue
        const row = renumbered.find(({ seq }) => seq === written.seq)
        writtenBy.set(key, { ...written, change: row?.change ?? 0 })
      }
    },
    /** Deletes for good all messages up to `floor`. */
    purge(roomId: string, floor: number) {
      const { head, rows } = stateOf(roomId)
      if (floor <= head.floor || floor > head.seq) return
      become(roomId, { head: { ...head, floor }, rows: rows.filter((row) => row.seq > floor) })
    },
    window({ roomId, before, after, around, limit }: WindowQuery, statesAgo = 0): HistoryWindow {
      const { head, rows } = stateOf(roomId, statesAgo)
      const matching = rows.filter((row) => (before ? row.seq < before : after === undefined || row.seq > after))
      const middle = around === undefined ? -1 : matching.findIndex((row) => row.seq >= around)
      const start = middle < 0 ? Math.max(0, matching.length - limit) : Math.max(0, middle - Math.floor(limit / 2))
      const from = after === undefined ? start : 0
      const page = matching.slice(from, from + limit)
      const first = page[0]?.seq ?? (after ?? head.seq) + 1
      const last = page.at(-1)?.seq ?? first - 1
      return { rows: page, hasBefore: first > head.floor + 1, hasAfter: last < head.seq, head }
    },
    sync({ roomId, change, epoch: asked }: SyncRoom, statesAgo = 0): SyncPage {
      const { head, rows } = stateOf(roomId, statesAgo)
      const behind = head.change - change
      if (asked !== head.epoch || behind < 0 || behind > syncBehindMax) return { reset: true, head }
      const changed = rows.filter((row) => row.change > change).toSorted((a, b) => a.change - b.change)
      return { rows: changed.slice(0, syncPageRows), head, more: changed.length > syncPageRows }
    },
  }
}

export type ModelServer = ReturnType<typeof createModelServer>

function changedRow(row: MessageRow, kind: 'edit' | 'recall' | 'react', by: string): MessageRow {
  const at = '2026-01-01T00:00:00.000Z'
  if (kind === 'recall') return { ...row, body: { kind: 'recall', by, at } }
  if (kind === 'react') return { ...row, reactions: [{ emoji: `${row.reactions?.length ?? 0}`, userIds: [by] }] }
  const text = row.body.kind === 'text' ? `${row.body.text}.` : 'edited'
  return row.body.kind === 'recall' ? row : { ...row, body: { kind: 'text', text }, editedAt: at }
}
