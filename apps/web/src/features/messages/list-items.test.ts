import type { OutboxEntry } from '@parley/client/outbox-store'
import type { MessageBody, MessageRow } from '@parley/protocol/messages'
import { describe, expect, it } from 'vitest'
import { listItems } from './list-items.ts'

const text = (words: string): MessageBody => ({ kind: 'text', text: words })

const row = (seq: number, senderId: string, createdAt: string, body: MessageBody = text('x')): MessageRow => ({
  roomId: '1',
  seq,
  change: seq,
  clientId: `c${seq}`,
  senderId,
  body,
  createdAt: new Date(createdAt).toISOString(),
})

const entry = (clientId: string, createdAt: string): OutboxEntry => ({
  clientId,
  userId: 'me',
  roomId: '1',
  body: { kind: 'text', text: 'x' },
  createdAtMs: Date.parse(createdAt),
  state: 'sending',
})

const items = (rows: MessageRow[], options: Partial<Parameters<typeof listItems>[0]> = {}) =>
  listItems({ rows, hasBefore: false, entries: [], newAfterSeq: null, ownId: 'me', ...options })

const starts = (rows: MessageRow[]) => items(rows).map((item) => item.starts)

describe('groups', () => {
  it('messages of one sender within five minutes of the first belong together', () => {
    const rows = [
      row(1, 'a', '2026-05-04T09:00'),
      row(2, 'a', '2026-05-04T09:04'),
      row(3, 'a', '2026-05-04T09:06'),
      row(4, 'b', '2026-05-04T09:06'),
    ]
    expect(starts(rows)).toEqual([true, false, true, true])
  })

  it('what happened to the room breaks a group', () => {
    const rows = [
      row(1, 'a', '2026-05-04T09:00'),
      row(2, 'a', '2026-05-04T09:00', { kind: 'system', action: 'member.joined' }),
      row(3, 'a', '2026-05-04T09:01'),
    ]
    expect(starts(rows)).toEqual([true, true, true])
  })

  it('the row that starts a group knows where it ends, for its ticks', () => {
    const [first] = items([row(1, 'me', '2026-05-04T09:00'), row(2, 'me', '2026-05-04T09:01')])
    expect(first).toMatchObject({ groupEndSeq: 2 })
  })
})

describe('lines', () => {
  it('a day begins with its line, and a group does not cross midnight', () => {
    const rows = [row(1, 'a', '2026-05-04T23:59'), row(2, 'a', '2026-05-05T00:01')]
    expect(items(rows).map((item) => item.startsDay)).toEqual([true, true])
    expect(starts(rows)).toEqual([true, true])
  })

  it('the new line stands once, before the first unread message of somebody else', () => {
    const rows = [1, 2, 3, 4].map((seq) => row(seq, seq === 2 ? 'me' : 'a', '2026-05-04T09:00'))
    const lines = items(rows, { newAfterSeq: 1 }).map((item) => item.kind === 'row' && item.isFirstNew)
    expect(lines).toEqual([false, false, true, false])
  })

  it('the first loaded row only tells how the second follows, so that older pages move nothing', () => {
    const newer = [row(11, 'a', '2026-05-04T09:01'), row(12, 'a', '2026-05-04T09:02')]
    const older = row(10, 'a', '2026-05-04T09:00')
    const before = items([older, ...newer], { hasBefore: true })
    const after = items([row(9, 'a', '2026-05-04T08:59'), older, ...newer], { hasBefore: true })
    expect(before.map(({ key, starts: is, startsDay }) => [key, is, startsDay])).toEqual(
      after.slice(1).map(({ key, starts: is, startsDay }) => [key, is, startsDay]),
    )
  })
})

describe('unsent messages', () => {
  it('come last and keep their key when they are stored', () => {
    const rows = [row(1, 'me', '2026-05-04T09:00')]
    const waiting = items(rows, { entries: [entry('c2', '2026-05-04T09:01')] })
    const stored = items([...rows, row(2, 'me', '2026-05-04T09:01')])
    expect(waiting.map(({ key }) => key)).toEqual(stored.map(({ key }) => key))
  })

  it('are not shown twice while row and entry are both there', () => {
    const rows = [row(1, 'me', '2026-05-04T09:00')]
    expect(items(rows, { entries: [entry('c1', '2026-05-04T09:00')] })).toHaveLength(1)
  })
})
