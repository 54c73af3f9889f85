import { expect, it } from 'vitest'
import { initialsOf } from './avatar.tsx'

it.each([
  ['Lin Wei', 'LW'],
  ['mira', 'M'],
  ['Jonas Bergström-Håkansson of the North', 'JB'],
  ['陈静', '陈静'],
  ['欧阳娜娜', '娜娜'],
  ['👩‍🚀 Ada', '👩A'],
  ['   ', '?'],
])('the initials of %s are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
