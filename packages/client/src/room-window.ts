import type { MessageRow } from '@parley/protocol/messages'

/** The loaded stretch of a room's messages: every message from `from` to `to`, in order, without a hole. */
export interface RoomWindow {
  readonly rows: readonly MessageRow[]
  readonly from: number
  readonly to: number
  readonly hasBefore: boolean
  /** False when the window reaches the live end: then what is newer than `to` belongs to it as well. */
  readonly hasAfter: boolean
}

/** Adds or replaces rows that belong to the window; the same window comes back when nothing changed. */
export function storeRows(window: RoomWindow, incoming: readonly MessageRow[]): RoomWindow {
  const rows = [...window.rows]
  let to = window.to
  let changed = false
  for (const row of incoming) {
    if (row.seq < window.from || (row.seq > window.to && window.hasAfter)) continue
    const index = indexOf(rows, row.seq)
    const stored = rows[index]
    if (stored?.seq !== row.seq) rows.splice(index, 0, row)
    else if (row.change > stored.change) rows[index] = row
    else continue
    to = Math.max(to, row.seq)
    changed = true
  }
  return changed ? { ...window, rows, to } : window
}

/** Drops what was deleted for good. */
export function raiseFloor(window: RoomWindow, floor: number): RoomWindow {
  if (floor < window.from - 1) return window
  if (floor === window.from - 1) return window.hasBefore ? { ...window, hasBefore: false } : window
  const rows = window.rows.filter((row) => row.seq > floor)
  return { ...window, rows, from: floor + 1, to: Math.max(window.to, floor), hasBefore: false }
}

/** Cuts the window to `rowsMax` rows, keeping the end where the reader is. */
export function trim(window: RoomWindow, rowsMax: number, keep: 'start' | 'end'): RoomWindow {
  if (window.rows.length <= rowsMax) return window
  if (keep === 'end') {
    const rows = window.rows.slice(-rowsMax)
    return { ...window, rows, from: rows[0]?.seq ?? window.from, hasBefore: true }
  }
  const rows = window.rows.slice(0, rowsMax)
  return { ...window, rows, to: rows.at(-1)?.seq ?? window.to, hasAfter: true }
}

/** Where `seq` stands in the rows, or would. */
function indexOf(rows: readonly MessageRow[], seq: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = rows[middle]
    if (row && row.seq < seq) low = middle + 1
    else high = middle
  }
  return low
}
