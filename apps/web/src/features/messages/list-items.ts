import type { OutboxEntry } from '@parley/client/outbox-store'
import type { MessageRow } from '@parley/protocol/messages'

const groupedWithinMs = 5 * 60_000

interface Placed {
  /** Stays the same while an unsent message becomes a stored one, so that its place on screen is kept. */
  key: string
  /** Shows the sender; the rows after it belong to them as well. */
  starts: boolean
  /** The first message of its day. */
  startsDay: boolean
  createdAt: string
}

export type ListItem =
  | (Placed & {
      kind: 'row'
      row: MessageRow
      /** The first message not read before the conversation was opened. */
      isFirstNew: boolean
      /** Of a row that starts a group, the last message of that group. */
      groupEndSeq: number
    })
  | (Placed & { kind: 'entry'; entry: OutboxEntry })

interface ListOptions {
  rows: readonly MessageRow[]
  /** Older messages exist: the first row then only tells how the second one follows on. */
  hasBefore: boolean
  /** What is on its way out, when the rows reach the newest message. */
  entries: readonly OutboxEntry[]
  /** Last message read when the conversation was opened; null for no line. */
  newAfterSeq: number | null
  ownId: string
}

interface Previous {
  senderId: string
  createdAt: string
  startedAt: string
  groups: boolean
}

const isSameDay = (a: string, b: string) => new Date(a).toDateString() === new Date(b).toDateString()

const keyOf = (senderId: string, clientId: string) => `${senderId}/${clientId}`

const follows = (previous: Previous | undefined, senderId: string, createdAt: string) =>
  previous !== undefined &&
  previous.groups &&
  previous.senderId === senderId &&
  Date.parse(createdAt) - Date.parse(previous.startedAt) < groupedWithinMs &&
  isSameDay(previous.createdAt, createdAt)

/** Whether a message of somebody else's counts as news. */
export const isNews = (row: MessageRow, ownId: string) =>
  row.senderId !== ownId && row.body.kind !== 'system' && row.body.kind !== 'recall'

/** Rows and unsent messages as the list shows them: grouped by sender, with lines between days and before what is new. */
export function listItems({ rows, hasBefore, entries, newAfterSeq, ownId }: ListOptions): ListItem[] {
  const items: ListItem[] = []
  let previous: Previous | undefined
  let group: Extract<ListItem, { kind: 'row' }> | undefined
  let newLineIsDue = newAfterSeq !== null

  const place = (senderId: string, createdAt: string, clientId: string, groups: boolean, broken: boolean): Placed => {
    const starts = broken || !groups || !follows(previous, senderId, createdAt)
    const startsDay = previous === undefined || !isSameDay(previous.createdAt, createdAt)
    previous = { senderId, createdAt, startedAt: starts ? createdAt : (previous?.startedAt ?? createdAt), groups }
    return { key: keyOf(senderId, clientId), starts, startsDay, createdAt }
  }

  for (const row of rows) {
    const isFirstNew = newLineIsDue && row.seq > (newAfterSeq ?? 0) && isNews(row, ownId)
    if (isFirstNew) newLineIsDue = false
    const placed = place(row.senderId, row.createdAt, row.clientId, row.body.kind !== 'system', isFirstNew)
    const item: Extract<ListItem, { kind: 'row' }> = { kind: 'row', ...placed, row, isFirstNew, groupEndSeq: row.seq }
    if (placed.starts || !group) group = item
    else group.groupEndSeq = row.seq
    items.push(item)
  }
  const stored = new Set(rows.slice(-entries.length - 50).map((row) => keyOf(row.senderId, row.clientId)))
  for (const entry of entries) {
    if (stored.has(keyOf(ownId, entry.clientId))) continue
    const createdAt = new Date(entry.createdAtMs).toISOString()
    items.push({ kind: 'entry', ...place(ownId, createdAt, entry.clientId, true, false), entry })
  }
  return hasBefore ? items.slice(1) : items
}
