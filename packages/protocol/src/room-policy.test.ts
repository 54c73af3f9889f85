import { describe, expect, test } from 'vitest'
import type { RoomRole } from './rooms.ts'
import { mayAppoint, mayDelete, mayLeave, mayManage, mayRemove } from './room-policy.ts'

describe('in a group', () => {
  test.each<[RoomRole, { manage: boolean; appoint: boolean; delete: boolean }]>([
    ['creator', { manage: true, appoint: true, delete: true }],
    ['admin', { manage: true, appoint: false, delete: false }],
    ['member', { manage: false, appoint: false, delete: false }],
  ])('a %s may %o', (role, may) => {
    expect({ manage: mayManage(role), appoint: mayAppoint(role), delete: mayDelete(role) }).toEqual(may)
  })

  test.each<[RoomRole, RoomRole, boolean]>([
    ['creator', 'admin', true],
    ['creator', 'member', true],
    ['admin', 'creator', false],
    ['admin', 'admin', false],
    ['admin', 'member', true],
    ['member', 'creator', false],
    ['member', 'admin', false],
    ['member', 'member', false],
  ])('whether a %s may remove a %s: %s', (role, target, may) => {
    expect(mayRemove(role, target)).toBe(may)
  })

  test.each<[RoomRole, number, boolean]>([
    ['creator', 2, false],
    ['creator', 1, true],
    ['admin', 2, true],
    ['member', 2, true],
  ])('whether a %s of a room of %i may leave: %s', (role, memberCount, may) => {
    expect(mayLeave(role, memberCount)).toBe(may)
  })
})
