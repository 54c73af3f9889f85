import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actions, covers, permits, resources } from './access.ts'

const granted = (...permissions: string[]) => new Set(permissions)

describe('a granted permission', () => {
  test.each([
    ['rooms:read', ['rooms:read']],
    ['rooms:write', ['rooms:read', 'rooms:write']],
    ['rooms:delete', ['rooms:delete']],
    ['rooms:admin', ['rooms:read', 'rooms:write', 'rooms:delete', 'rooms:admin']],
    ['rooms:*', ['rooms:read', 'rooms:write', 'rooms:delete', 'rooms:admin']],
  ])('%s includes exactly %j', (given, included) => {
    const asked = resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`))
    expect(asked.filter((wanted) => permits(granted(given), wanted)).toSorted()).toEqual(included.toSorted())
  })

  test('with a star for the resource reaches every resource, but nothing of the installation', () => {
    expect(permits(granted('*:read'), 'audit:read')).toBe(true)
    expect(permits(granted('*:read'), 'audit:write')).toBe(false)
    expect(permits(granted('*:*'), 'audit:admin')).toBe(true)
    expect(permits(granted('*:*'), 'workspaces:read')).toBe(false)
    expect(permits(granted('*:*', 'system:*', 'system:read'), 'system:read')).toBe(false)
  })

  test.each(['', '*', 'rooms', 'rooms:', ':read', 'rooms:read:now', 'rooms:fly', 'cars:read', 'rooms:*', '*:*'])(
    'asked for as %j is no permission, whatever was granted',
    (wanted) => {
      expect(permits(granted('*:*', wanted), wanted)).toBe(false)
    },
  )
})

describe('who grants', () => {
  const permission = fc
    .tuple(fc.constantFrom('*', ...resources), fc.constantFrom('*', ...actions))
    .map(([resource, action]) => `${resource}:${action}`)

  test('covers a permission only if every single permission in it is held', () => {
    fc.assert(
      fc.property(fc.array(permission, { maxLength: 6 }), permission, (held, wanted) => {
        const holdings = new Set(held)
        if (!covers(holdings, wanted)) return
        const before = resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`))
        const gained = before.filter((each) => permits(granted(wanted), each))
        expect(gained.length).toBeGreaterThan(0)
        for (const each of gained) expect(permits(holdings, each)).toBe(true)
      }),
    )
  })

  test('does not cover a star with a part of it', () => {
    expect(covers(granted('rooms:admin'), 'rooms:*')).toBe(true)
    expect(covers(granted('rooms:write', 'rooms:delete'), 'rooms:*')).toBe(false)
    expect(covers(granted('rooms:*'), '*:read')).toBe(false)
    expect(covers(granted('*:*'), 'system:read')).toBe(false)
    expect(covers(granted('*:*'), 'rooms')).toBe(false)
  })
})
