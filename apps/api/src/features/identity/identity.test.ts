import { listSessions } from '@parley/protocol/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, connect, createUser, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

test('whoever registers is signed in', async () => {
  const user = await createUser(api)
  const { items } = await call(api, user, listSessions, {})
  expect(items).toHaveLength(1)
  const socket = await connect(api, user)
  socket.close()
})
