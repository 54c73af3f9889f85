import type { Contract } from '@parley/protocol/contract'
import * as contracts from '@parley/protocol/rooms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, refusal, startApi, type RawRequest, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
let user: TestUser

beforeAll(async () => {
  api = await startApi()
  user = await createUser(api)
})
afterAll(() => api.close())

const endpoints: [string, Contract, RawRequest][] = [
  ['a kind of room there is not', contracts.createRoom, { body: { name: 'x', type: 'SECRET' } }],
  ['a name of spaces', contracts.createRoom, { body: { name: '  ', type: 'PUBLIC' } }],
  ['an unknown field', contracts.createRoom, { body: { name: 'x', type: 'PUBLIC', memberCount: 5 } }],
  ['an id that is none', contracts.getRoom, { query: { id: '0' } }],
  ['nothing to change', contracts.updateRoom, { body: { id: '1' } }],
  ['a visibility there is not', contracts.updateRoom, { body: { id: '1', visibility: 'secret' } }],
  ['no id', contracts.deleteRoom, { fields: {} }],
  ['both an id and an invitation', contracts.joinRoom, { body: { id: '1', invite: 'x' } }],
  ['no id', contracts.leaveRoom, { body: {} }],
  ['a query too long', contracts.listDirectory, { query: { query: 'x'.repeat(81) } }],
  ['a cursor nobody gave out', contracts.listDirectory, { query: { cursor: 'x' } }],
  ['nothing to change', contracts.updateMembership, { body: { roomId: '1' } }],
  ['no room', contracts.listMembers, {}],
  ['nobody to add', contracts.addMembers, { body: { roomId: '1', userIds: [] } }],
  ['a role there is not', contracts.updateMember, { body: { roomId: '1', userId: '1', role: 'owner' } }],
  ['no member', contracts.removeMember, { fields: { roomId: '1' } }],
  ['no uses', contracts.createInvite, { body: { roomId: '1', usesMax: 0 } }],
  ['no token', contracts.getInvite, {}],
  ['no room', contracts.listInvites, {}],
  ['an id that is none', contracts.deleteInvite, { fields: { id: 'x' } }],
]

test.each(endpoints)('%s is refused as bad input by %o', async (_, contract, request) => {
  const error = await refusal(api, user, contract, request)
  expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details: { fields: expect.any(Array) } })
})

test('every endpoint refuses who has not signed in, before it looks at the input', async () => {
  for (const [, contract, request] of endpoints)
    expect(await refusal(api, null, contract, request)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' })
  const covered = new Set<unknown>(endpoints.map(([, contract]) => contract))
  const declared = Object.entries(contracts).filter(([, value]) => 'path' in value && 'method' in value)
  expect(declared.filter(([, value]) => !covered.has(value)).map(([name]) => name)).toEqual([])
})
