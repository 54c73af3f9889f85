import type { HistoryWindow, MessageRow, MessagesEvent, RoomHead, SyncPage } from '@parley/protocol/messages'
import { raiseFloor, storeRows, trim, type RoomWindow } from './room-window.ts'

/** Packets held for a missing one; with more of them the missing one is not on its way. */
const heldMax = 32

/**
 * What a client holds of one room, and the rules by which it stays right whatever the network does. Pure: every function
 * answers the next log and what to do.
 *
 * The invariant: every row of the window is at least as new as `cursor` says, and no message of its stretch is missing.
 */
export interface RoomLog {
  /** Rises whenever the window is about to be replaced: the answer to a question of an earlier one is thrown away. */
  readonly generation: number
  /** The newest head known; null until one is heard. */
  readonly head: RoomHead | null
  readonly cursor: number
  /** Null while nothing is loaded: then `cursor` is the last change that went by. */
  readonly window: RoomWindow | null
  /** Packets that came before one they follow. */
  readonly held: readonly MessagesEvent[]
}

/** `hold`: wait a moment for the missing packet, then sync. `sync`: ask for changes past the cursor. `reload`: the window. */
export type Next = 'nothing' | 'hold' | 'sync' | 'reload'

export interface Step {
  readonly log: RoomLog
  readonly next: Next
  /** Rows heard of for the first time or changed, whether the window holds them or not. */
  readonly news: readonly MessageRow[]
}

/** Where a question was asked from: its answer is judged by this. */
export interface Question {
  readonly generation: number
  readonly change: number
  readonly epoch: number
}

export const emptyLog: RoomLog = { generation: 0, head: null, cursor: 0, window: null, held: [] }

const step = (log: RoomLog, next: Next = pending(log, 'sync'), news: readonly MessageRow[] = []): Step => {
  return { log, next, news }
}

/** Whether changes past the cursor are known to exist. */
export const isBehind = (log: RoomLog): boolean => log.head !== null && log.cursor < log.head.change

/** A head was announced. The first one of a room that is not loaded says where listening begins. */
export function applyHead(log: RoomLog, head: RoomHead): Step {
  if (!log.head) return step({ ...log, head, cursor: log.window ? log.cursor : head.change })
  if (head.epoch !== log.head.epoch) return reset(log, head)
  return step(withHead(log, head))
}

/** The app shows the room as of `head`, from a list: what came between is not in its summary. */
export function applySummary(log: RoomLog, head: RoomHead): Step {
  if (log.window || log.head?.epoch !== head.epoch) return applyHead(log, head)
  return drain(withHead({ ...log, cursor: head.change }, head), [], 'hold')
}

/** A room that is not loaded does not catch up: listening goes on from the newest change known. */
export function skipToHead(log: RoomLog): Step {
  const news = log.held.flatMap((packet) => packet.rows)
  return step({ ...log, held: [], cursor: log.head?.change ?? log.cursor }, 'nothing', news)
}

/** A live packet: dropped when known, applied when it follows the cursor, held when one before it is missing. */
export function applyPacket(log: RoomLog, packet: MessagesEvent): Step {
  if (!log.head) log = { ...log, head: headOf(packet, 0), cursor: log.window ? log.cursor : packet.after }
  if (log.head && log.head.epoch !== packet.epoch) return reset(log, headOf(packet, 0))
  const known = withHead(log, headOf(packet, log.head?.floor ?? 0))
  if (packet.change <= known.cursor) return step(known, pending(known, 'hold'))
  if (packet.after <= known.cursor) {
    return drain({ ...store(known, packet.rows), cursor: packet.change }, packet.rows, 'hold')
  }
  const held = [...known.held, packet]
  return held.length > heldMax ? step({ ...known, held: [] }, 'sync') : step({ ...known, held }, 'hold')
}

/** From now on only answers to questions asked from here are taken; the window stays until its successor comes. */
export const beginReload = (log: RoomLog): RoomLog => ({ ...log, generation: log.generation + 1 })

/** The window asked for by `beginReload` came. */
export function applyWindow(log: RoomLog, generation: number, answer: HistoryWindow): Step {
  if (generation !== log.generation) return step(log)
  const { head } = answer
  const sameEpoch = log.head?.epoch === head.epoch
  const known = sameEpoch && log.head ? newer(log.head, head) : head
  const first = answer.rows[0]
  const window: RoomWindow = {
    rows: answer.rows,
    from: first?.seq ?? head.floor + 1,
    to: answer.rows.at(-1)?.seq ?? head.floor,
    hasBefore: answer.hasBefore,
    hasAfter: answer.hasAfter,
  }
  const held = sameEpoch ? log.held : []
  return drain(withHead({ ...log, head: known, cursor: head.change, window, held }, known), [])
}

/** Older messages came, asked for before seq `before`. */
export function applyBefore(log: RoomLog, question: Question, before: number, answer: HistoryWindow): Step {
  const { window } = log
  if (question.generation !== log.generation || !window || window.from !== before) return step(log)
  if (answer.head.epoch !== question.epoch) return reset(log, answer.head)
  const older = answer.rows.filter((row) => row.seq < before)
  const rows = [...older, ...window.rows]
  const from = older[0]?.seq ?? window.from
  return extend(log, { ...window, rows, from, hasBefore: answer.hasBefore && older.length > 0 }, answer.head)
}

/** Newer messages came, asked for after seq `after`. */
export function applyAfter(log: RoomLog, question: Question, after: number, answer: HistoryWindow): Step {
  const { window } = log
  if (question.generation !== log.generation || !window || window.to !== after || !window.hasAfter) return step(log)
  if (answer.head.epoch !== question.epoch) return reset(log, answer.head)
  const later = answer.rows.filter((row) => row.seq > after)
  const rows = [...window.rows, ...later]
  const to = later.at(-1)?.seq ?? window.to
  return extend(log, { ...window, rows, to, hasAfter: answer.hasAfter }, answer.head)
}

/** A page of changes came. `reload` when the client is too far behind or the history is another. */
export function applySyncPage(log: RoomLog, question: Question, page: SyncPage): Step {
  if (question.generation !== log.generation) return step(log)
  if ('reset' in page || page.head.epoch !== question.epoch) return reset(log, page.head)
  const last = page.rows.at(-1)?.change ?? question.change
  const through = page.more ? last : Math.max(last, page.head.change)
  const stored = store(withHead(log, page.head), page.rows)
  // Asked from beyond the present cursor, the answer leaves out what lies between: its rows are good, its end is not.
  const cursor = question.change <= log.cursor ? Math.max(log.cursor, through) : log.cursor
  return drain({ ...stored, cursor }, page.rows)
}

/** Keeps memory bounded: cuts the end of the window that is away from the reader. */
export function trimLog(log: RoomLog, rowsMax: number, keep: 'start' | 'end'): RoomLog {
  const window = log.window && trim(log.window, rowsMax, keep)
  return window === log.window ? log : { ...log, window }
}

/** Forgets the window; the room is from now on known by its head only. */
export const dropWindow = (log: RoomLog): RoomLog => ({ ...beginReload(log), window: null, held: [] })

/** What is yet to do. Behind a live packet the missing one may still be on its way; behind an answer it is not. */
function pending(log: RoomLog, whenBehind: 'sync' | 'hold'): Next {
  // Everything loaded was deleted for good, so there is nothing to extend from.
  if (log.window?.rows.length === 0 && log.window.hasAfter) return 'reload'
  return isBehind(log) ? whenBehind : 'nothing'
}

/** Rows of a window may be newer or older than the cursor's: from its head on, what the window missed is asked again. */
function extend(log: RoomLog, window: RoomWindow, head: RoomHead): Step {
  const extended = { ...log, window, cursor: Math.min(log.cursor, head.change) }
  return step(withHead(extended, head))
}

/** Another history, or one too far ahead: what is held no longer counts. */
function reset(log: RoomLog, head: RoomHead): Step {
  const known = log.head?.epoch === head.epoch ? newer(log.head, head) : head
  const cursor = log.window ? 0 : known.change
  return step({ ...beginReload(log), head: known, cursor, window: null, held: [] }, 'reload')
}

function store(log: RoomLog, rows: readonly MessageRow[]): RoomLog {
  return log.window ? { ...log, window: storeRows(log.window, rows) } : log
}

/** Applies the held packets whose turn has come. */
function drain(log: RoomLog, news: readonly MessageRow[], whenBehind: 'sync' | 'hold' = 'sync'): Step {
  const held = log.held.toSorted((a, b) => a.after - b.after)
  let drained: RoomLog = log
  const heard = [...news]
  while (held[0] && held[0].after <= drained.cursor) {
    const packet = held.shift()
    if (!packet || packet.change <= drained.cursor) continue
    drained = { ...store(drained, packet.rows), cursor: packet.change }
    heard.push(...packet.rows)
  }
  const rest = { ...drained, held }
  return step(rest, pending(rest, whenBehind), heard)
}

function withHead(log: RoomLog, head: RoomHead): RoomLog {
  const known = log.head ? newer(log.head, head) : head
  const window = log.window && raiseFloor(log.window, known.floor)
  return { ...log, head: known, window }
}

/** Of two heads of one epoch, all that is known from both. */
function newer(a: RoomHead, b: RoomHead): RoomHead {
  if (b.change <= a.change && b.seq <= a.seq && b.floor <= a.floor) return a
  const floor = Math.max(a.floor, b.floor)
  return { seq: Math.max(a.seq, b.seq), change: Math.max(a.change, b.change), epoch: a.epoch, floor }
}

function headOf(packet: MessagesEvent, floor: number): RoomHead {
  const seq = packet.rows.reduce((highest, row) => Math.max(highest, row.seq), 0)
  return { seq, change: packet.change, epoch: packet.epoch, floor }
}
