import { getOwnAccess } from '@parley/protocol/access-contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, createUser, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

test('one is told one’s role and all that one may do', async () => {
  const member = await createUser(api)
  expect(await call(api, member, getOwnAccess, {})).toEqual({
    superAdmin: false,
    role: 'member',
    roleName: 'member',
    permissions: ['files:write', 'messages:write', 'people:read', 'people:write', 'rooms:read', 'rooms:write'],
  })
  expect(await call(api, api.operator, getOwnAccess, {})).toMatchObject({ superAdmin: true, permissions: ['*:*'] })
})
