import type { MessageRow } from '@parley/protocol/messages'
import { describe, expect, it } from 'vitest'
import { patchRows, reacted } from './row-patches.ts'

const row = (seq: number, change: number): MessageRow => ({
  roomId: '1',
  seq,
  change,
  clientId: `c${seq}`,
  senderId: '1',
  body: { kind: 'text', text: 'old' },
  createdAt: '2026-05-04T09:00:00.000Z',
})

const edit = (writtenAt: number | null) => ({
  seq: 2,
  apply: (of: MessageRow): MessageRow => ({ ...of, body: { kind: 'text', text: 'new' } }),
  writtenAt,
})

describe('what somebody just did', () => {
  it('shows before the server has answered, and until its row has arrived', () => {
    const rows = [row(1, 1), row(2, 2)]
    expect(patchRows(rows, [edit(null)])[1]?.body).toEqual({ kind: 'text', text: 'new' })
    expect(patchRows(rows, [edit(5)])[1]?.body).toEqual({ kind: 'text', text: 'new' })
    expect(patchRows([row(1, 1), row(2, 5)], [edit(5)])[1]?.body).toEqual({ kind: 'text', text: 'old' })
  })

  it('leaves every other row the same object', () => {
    const rows = [row(1, 1), row(2, 2)]
    expect(patchRows(rows, [edit(null)])[0]).toBe(rows[0])
    expect(patchRows(rows, [])).toBe(rows)
  })

  it('a reaction joins, leaves, and takes its chip along with the last one', () => {
    const one = reacted([], '👍', 'a', true)
    expect(reacted(one, '👍', 'b', true)).toEqual([{ emoji: '👍', userIds: ['a', 'b'] }])
    expect(reacted(one, '👍', 'a', false)).toEqual([])
  })
})
