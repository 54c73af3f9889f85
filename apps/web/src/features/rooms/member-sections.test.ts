import type { RoomMember } from '@parley/protocol/rooms'
import { expect, it } from 'vitest'
import { memberSections } from './member-sections.ts'

const createMember = (id: string): RoomMember => ({
  user: { id, username: `u${id}`, displayName: id, bio: '', status: '', image: null, createdAt: '' },
  role: 'member',
  joinedAt: '2026-01-01T00:00:00.000Z',
  readSeq: 0,
})
const members = ['1', '2', '3'].map(createMember)

const shown = (there: string[], total: number) =>
  memberSections({ members, there: new Set(there), total }).map((item) =>
    'member' in item ? item.member.user.id : `${item.heading} ${item.count}`,
  )

it('those who are there come first', () => {
  expect(shown(['2'], 3)).toEqual(['online 1', '2', 'offline 2', '1', '3'])
})

it('a large room too begins with those who are there, and calls nobody away whom it does not watch', () => {
  expect(shown(['3'], 1_204)).toEqual(['online 1', '3', 'others 1203', '1', '2'])
})

it('a section with nobody in it has no heading', () => {
  expect(shown([], 3)).toEqual(['offline 3', '1', '2', '3'])
  expect(shown(['1', '2', '3'], 3)).toEqual(['online 3', '1', '2', '3'])
})
