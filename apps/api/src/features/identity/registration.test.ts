import { register } from '@parley/protocol/identity'
import { createWorkspaceInvite } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, refusal, startApi, type TestApi } from '../../../test/harness.ts'

let api: TestApi

beforeAll(async () => {
  api = await startApi({ REGISTRATION_OPEN: 'false' })
})
afterAll(() => api.close())

test('closed registration lets in who makes the first account, then only who is invited', async () => {
  const body = { email: 'guest@example.com', username: 'guest', password: 'correct horse battery' }
  expect(await refusal(api, null, register, { body })).toMatchObject({
    status: 403,
    details: { reason: 'registration-closed' },
  })
  const { link } = await call(api, api.operator, createWorkspaceInvite, { body: {} })
  const invite = link.slice(link.lastIndexOf('/') + 1)
  expect(await call(api, null, register, { body: { ...body, invite } })).toMatchObject({
    user: { username: 'guest' },
  })
})
