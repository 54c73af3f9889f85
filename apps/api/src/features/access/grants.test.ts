import * as contracts from '@parley/protocol/access-contracts'
import { listDirectory } from '@parley/protocol/rooms'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createHolder, giveRole, grant, makeRole } from '../../../test/access.ts'
import { call, connect, createUser, refusal, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi
/** A role that may do nothing at all. */
let nothing: string
beforeAll(async () => {
  api = await startApi()
  nothing = await makeRole(api, [])
})
afterAll(() => api.close())

const room = { name: 'Mine', type: 'PUBLIC' } as const
const denied = { code: 'PERMISSION_DENIED' }

describe('a grant that changes', () => {
  test('is believed at the very next request and the very next command', async () => {
    const user = await createHolder(api, nothing)
    const socket = await connect(api, user)
    const params = { id: user.id }
    expect(await refusal(api, user, listDirectory, { query: {} })).toMatchObject(denied)
    expect(await socket.refused('room.create', room)).toMatchObject(denied)
    await grant(api, user, 'rooms:write')
    await socket.next('access.changed')
    await call(api, user, listDirectory, { query: {} })
    await socket.command('room.create', room)
    await call(api, api.operator, contracts.withdrawFromPerson, { params, fields: { permission: 'rooms:write' } })
    await socket.next('access.changed')
    expect(await refusal(api, user, listDirectory, { query: {} })).toMatchObject(denied)
    expect(await socket.refused('room.create', room)).toMatchObject(denied)
    socket.close()
  })

  test('of everybody reaches everybody, and nobody once it is withdrawn', async () => {
    const user = await createHolder(api, nothing)
    const socket = await connect(api, user)
    const body = { permission: 'rooms:write' }
    await call(api, api.operator, contracts.grantToTenant, { body })
    await socket.next('access.changed')
    await socket.command('room.create', room)
    const { items } = await call(api, api.operator, contracts.listTenantGrants, {})
    expect(items).toMatchObject([{ ...body, grantedBy: api.operator.id }])
    await call(api, api.operator, contracts.withdrawFromTenant, { fields: body })
    expect(await socket.refused('room.create', room)).toMatchObject(denied)
    socket.close()
  })

  test('of a role reaches who has it by a role below', async () => {
    const top = await makeRole(api, [])
    const user = await createHolder(api, await makeRole(api, [], top))
    expect(await refusal(api, user, listDirectory, { query: {} })).toMatchObject(denied)
    const change = (permissions: string[]) =>
      call(api, api.operator, contracts.updateRole, { params: { id: top }, body: { permissions } })
    await change(['rooms:read'])
    await call(api, user, listDirectory, { query: {} })
    await change([])
    expect(await refusal(api, user, listDirectory, { query: {} })).toMatchObject(denied)
  })
})

describe('a direct grant', () => {
  test('that ends takes the ability with it, though the decision is cached', async () => {
    const user = await createHolder(api, nothing)
    const socket = await connect(api, user)
    const endsAt = new Date(Date.now() + 1_500)
    await grant(api, user, 'rooms:read', endsAt)
    await call(api, user, listDirectory, { query: {} })
    const { items } = await call(api, api.operator, contracts.listPersonGrants, { params: { id: user.id } })
    expect(items).toMatchObject([{ permission: 'rooms:read', expiresAt: endsAt.toISOString() }])
    await vi.waitFor(async () => expect(await refusal(api, user, listDirectory, { query: {} })).toMatchObject(denied), {
      timeout: 5_000,
      interval: 100,
    })
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt.getTime())
    expect(await call(api, api.operator, contracts.listPersonGrants, { params: { id: user.id } })).toMatchObject({
      items: [],
    })
    socket.close()
  })

  test('cannot end before it begins, and is withdrawn once', async () => {
    const user = await createUser(api)
    const params = { id: user.id }
    const past = { permission: 'audit:read', expiresAt: '2020-01-01T00:00:00.000Z' }
    expect(await refusal(api, api.operator, contracts.grantToPerson, { params, body: past })).toMatchObject({
      code: 'VALIDATION_FAILED',
    })
    const fields = { permission: 'audit:read' }
    expect(await refusal(api, api.operator, contracts.withdrawFromPerson, { params, fields })).toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('is given to nobody of another workspace', async () => {
    const params = { id: '999999' }
    const body = { permission: 'audit:read' }
    for (const refused of [
      await refusal(api, api.operator, contracts.grantToPerson, { params, body }),
      await refusal(api, api.operator, contracts.withdrawFromPerson, { params, fields: body }),
      await refusal(api, api.operator, contracts.listPersonGrants, { params }),
      await refusal(api, api.operator, contracts.setRole, { params, body: { role: 'guest' } }),
    ])
      expect(refused).toMatchObject({ status: 404, code: 'USER_NOT_FOUND' })
  })
})

describe('what did not change', () => {
  /** Statements the database was sent since it started. */
  async function statements(): Promise<number> {
    const [rows] = await api.sql.query("SHOW GLOBAL STATUS LIKE 'Queries'")
    return Number(Object(Array.isArray(rows) ? rows[0] : undefined).Value)
  }

  test('costs no query', async () => {
    const user = await createHolder(api, 'member')
    const actor = await actorOf(user.id)
    await api.app.authorize(actor, 'rooms:write')
    const before = await statements()
    for (let time = 0; time < 200; time += 1) await api.app.authorize(actor, 'rooms:write')
    // Other test files share the database server; two hundred questions would stand out.
    expect((await statements()) - before).toBeLessThan(100)
    await giveRole(api, user, nothing)
    await expect(api.app.authorize(actor, 'rooms:write')).rejects.toThrow('You may not do this')
  })

  test('is decided in less than 5 µs', async () => {
    const actor = await actorOf((await createHolder(api, 'member')).id)
    await api.app.authorize(actor, 'rooms:write')
    const rounds: number[] = []
    for (let round = 0; round < 200; round += 1) {
      const startMs = performance.now()
      for (let time = 0; time < 100; time += 1) await api.app.authorize(actor, 'rooms:write')
      rounds.push((performance.now() - startMs) * 10)
    }
    const medianUs = rounds.toSorted((one, other) => one - other)[100] ?? Infinity
    expect(medianUs).toBeLessThan(5)
  })

  const actorOf = async (userId: string) => ({ userId, sessionId: '1', workspaceId: '1' })
})
