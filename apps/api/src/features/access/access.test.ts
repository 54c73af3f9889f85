import { permits } from '@parley/protocol/access'
import { commands } from '@parley/protocol/realtime'
import { createRoom, listDirectory } from '@parley/protocol/rooms'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, connect, createUser, refusal, startApi, type TestApi } from '../../../test/harness.ts'
import { refuseUndeclaredRoutes } from '../../platform/http/route.ts'
import { decide, type Holdings } from './decide.ts'
import { permissionsOf } from './holdings.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describe('a decision', () => {
  const all: Holdings = {
    superAdmin: true,
    direct: new Set(['rooms:delete']),
    role: new Set(['rooms:delete']),
    tenant: new Set(['rooms:delete']),
  }
  const nothing: Holdings = { superAdmin: false, direct: new Set(), role: new Set(), tenant: new Set() }

  test('falls on the first ground of super_admin, direct, role, owner, shared, tenant, deny', () => {
    const target = { ownerId: '7', shared: new Set(['delete'] as const) }
    const steps: [Holdings, typeof target | object][] = [
      [all, target],
      [{ ...all, superAdmin: false }, target],
      [{ ...nothing, role: all.role, tenant: all.tenant }, target],
      [{ ...nothing, tenant: all.tenant }, target],
      [{ ...nothing, tenant: all.tenant }, { shared: target.shared }],
      [{ ...nothing, tenant: all.tenant }, {}],
      [nothing, {}],
    ]
    const fell = steps.map(([holdings, on]) => decide('7', holdings, 'rooms:delete', on))
    expect(fell).toEqual(['super_admin', 'direct', 'role', 'owner', 'shared', 'tenant', 'deny'])
  })

  test('gives an owner everything on what is theirs and nothing on what is not', () => {
    expect(decide('7', nothing, 'files:admin', { ownerId: '7' })).toBe('owner')
    expect(decide('7', nothing, 'files:read', { ownerId: '8' })).toBe('deny')
  })

  test('gives of what is shared no more than was shared', () => {
    const shared = new Set(['write'] as const)
    expect(decide('7', nothing, 'files:read', { shared })).toBe('shared')
    expect(decide('7', nothing, 'files:delete', { shared })).toBe('deny')
  })
})

describe('a role', () => {
  test('grants all that the roles above it grant', () => {
    expect([...permissionsOf('moderator', new Map())]).toEqual(expect.arrayContaining(['reports:admin', 'people:read']))
    const custom = new Map([['5', { id: '5', parent: 'guest', permissions: ['audit:read'] }]])
    expect(permits(permissionsOf('5', custom), 'audit:read')).toBe(true)
    expect(permits(permissionsOf('5', custom), 'messages:write')).toBe(true)
    expect(permits(permissionsOf('5', custom), 'rooms:write')).toBe(false)
  })

  test('that is its own ancestor ends the search instead of the process', () => {
    const circle = new Map([
      ['5', { id: '5', parent: '6', permissions: ['audit:read'] }],
      ['6', { id: '6', parent: '5', permissions: ['rooms:read'] }],
    ])
    expect([...permissionsOf('5', circle)].toSorted()).toEqual(['audit:read', 'rooms:read'])
  })
})

describe('a guest', () => {
  test('is refused what only members may, over HTTP and over the socket', async () => {
    const guest = await createUser(api)
    await api.sql.query("UPDATE users SET role = 'guest' WHERE id = ?", [guest.id])
    const body = { name: 'Mine', type: 'PUBLIC' }
    expect(await refusal(api, guest, createRoom, { body })).toMatchObject({ status: 403, code: 'PERMISSION_DENIED' })
    await call(api, guest, listDirectory, { query: {} })
    const socket = await connect(api, guest)
    const error = await socket.refused('room.create', { name: 'Mine', type: 'PUBLIC' })
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', details: { reason: 'rooms:write' } })
    socket.close()
  })
})

describe('what an endpoint or a command takes', () => {
  test('is said by every route under /api, or the server does not start', async () => {
    const server = fastify()
    refuseUndeclaredRoutes(server)
    expect(() => server.get('/api/forgotten', async () => 'open to everybody')).toThrow('/api/forgotten')
    server.get('/healthz', async () => 'ok')
    await server.close()
  })

  test('is said by every command', () => {
    for (const { permission } of Object.values(commands)) expect(permission).toMatch(/^(self|[a-z]+:[a-z]+)$/)
  })
})
