import type { HistoryWindow, MessageRow, MessagesEvent, RoomHead } from '@parley/protocol/messages'
import { expect, test } from 'vitest'
import * as logs from './room-log.ts'

const row = (seq: number, change: number, text = `${seq}@${change}`): MessageRow => ({
  roomId: '1',
  seq,
  change,
  clientId: `c${seq}`,
  senderId: '9',
  body: { kind: 'text', text },
  createdAt: '2026-01-01T00:00:00.000Z',
})
const head = (seq: number, change: number, { epoch = 1, floor = 0 } = {}): RoomHead => ({ seq, change, epoch, floor })
const packet = (after: number, rows: MessageRow[], epoch = 1): MessagesEvent => {
  return { roomId: '1', after, change: rows.at(-1)?.change ?? after, epoch, rows }
}
const answer = (rows: MessageRow[], at: RoomHead, more: Partial<HistoryWindow> = {}): HistoryWindow => {
  return { rows, head: at, hasBefore: false, hasAfter: false, ...more }
}
/** A log with messages 1 to `count`, each as it was sent. */
const loaded = (count: number, more: Partial<HistoryWindow> = {}) => {
  const rows = Array.from({ length: count }, (_, index) => row(index + 1, index + 1))
  return logs.applyWindow(logs.emptyLog, 0, answer(rows, head(count, count), more)).log
}
const ask = (log: logs.RoomLog): logs.Question => ({ generation: log.generation, change: log.cursor, epoch: 1 })
const seqs = ({ window }: logs.RoomLog) => window?.rows.map(({ seq }) => seq)

test('a packet that follows the cursor is applied and moves it', () => {
  const { log, next } = logs.applyPacket(loaded(2), packet(2, [row(3, 3)]))
  expect([seqs(log), log.cursor, next]).toEqual([[1, 2, 3], 3, 'nothing'])
})

test('a packet at or before the cursor changes nothing', () => {
  const before = loaded(2)
  const { log } = logs.applyPacket(before, packet(1, [row(2, 2, 'again')]))
  expect(log.window).toBe(before.window)
})

test('a packet ahead of its predecessor is held, and applied without a question when that comes', () => {
  const early = logs.applyPacket(loaded(2), packet(3, [row(4, 4)]))
  expect([seqs(early.log), early.next]).toEqual([[1, 2], 'hold'])
  const late = logs.applyPacket(early.log, packet(2, [row(3, 3)]))
  expect([seqs(late.log), late.log.cursor, late.next]).toEqual([[1, 2, 3, 4], 4, 'nothing'])
})

test('more packets than are worth holding ask for a sync at once', () => {
  let { log } = logs.applyHead(loaded(2), head(2, 2))
  const heard: logs.Next[] = []
  for (let change = 4; change < 40; change++) {
    const step = logs.applyPacket(log, packet(change, [row(2, change + 1)]))
    log = step.log
    heard.push(step.next)
  }
  expect(heard).toContain('sync')
  expect(log.held.length).toBeLessThan(33)
})

test('a row replaces a stored one only if its change is higher, and unchanged rows stay the same objects', () => {
  const before = loaded(2)
  const edited = logs.applyPacket(before, packet(2, [row(1, 3, 'edited')])).log
  const overlapping = logs.applyPacket(edited, { ...packet(1, [row(1, 2, 'old')]), change: 4 }).log
  expect(overlapping.window?.rows[0]?.body).toMatchObject({ text: 'edited' })
  expect(overlapping.window?.rows[1]).toBe(before.window?.rows[1])
})

test('a window whose head is behind the cursor is followed by a sync from that head', () => {
  const before = logs.applyPacket(loaded(2), packet(2, [row(3, 3)])).log
  const { log, next } = logs.applyWindow(before, before.generation, answer([row(1, 1), row(2, 2)], head(2, 2)))
  expect([log.cursor, next]).toEqual([2, 'sync'])
})

test('an older page that was read before the cursor is followed by a sync from its head', () => {
  const newest = logs.applyWindow(logs.emptyLog, 0, answer([row(2, 2)], head(2, 2), { hasBefore: true })).log
  const question = ask(newest)
  const edited = logs.applyPacket(newest, packet(2, [row(1, 3)])).log
  const { log, next } = logs.applyBefore(edited, question, 2, answer([row(1, 1)], head(2, 2)))
  expect([seqs(log), log.cursor, next]).toEqual([[1, 2], 2, 'sync'])
})

test('an answer to a question asked before a reset is thrown away', () => {
  const before = loaded(2)
  const reset = logs.applySyncPage(before, ask(before), { reset: true, head: head(5, 9, { epoch: 2 }) })
  expect([reset.log.window, reset.next]).toEqual([null, 'reload'])
  const late = logs.applyBefore(reset.log, ask(before), 1, answer([row(1, 1)], head(2, 2)))
  expect(late.log).toBe(reset.log)
})

test('a sync answered beyond a cursor that moved back since leaves the cursor where it is', () => {
  const before = loaded(4)
  const question = ask(before)
  const replaced = logs.applyWindow(before, before.generation, answer([row(1, 1)], head(1, 1))).log
  const { log } = logs.applySyncPage(replaced, question, { rows: [row(5, 5)], head: head(5, 5), more: false })
  expect(log.cursor).toBe(1)
})

test('messages past the end of a window that ends before the newest are not stored', () => {
  const { log } = logs.applyPacket(loaded(2, { hasAfter: true }), packet(2, [row(3, 3)]))
  expect([seqs(log), log.cursor]).toEqual([[1, 2], 3])
})

test('what lies at or below the floor is dropped', () => {
  const { log } = logs.applyHead(loaded(4), head(4, 4, { floor: 2 }))
  expect([seqs(log), log.window?.hasBefore]).toEqual([[3, 4], false])
})

test('a packet of another epoch reloads the window', () => {
  expect(logs.applyPacket(loaded(2), packet(0, [row(1, 1)], 2)).next).toBe('reload')
})

test('a long window is cut away from the reader', () => {
  expect(seqs(logs.trimLog(loaded(5), 3, 'end'))).toEqual([3, 4, 5])
  const atStart = logs.trimLog(loaded(5), 3, 'start')
  expect([seqs(atStart), atStart.window?.hasAfter]).toEqual([[1, 2, 3], true])
})
