import * as contracts from '@parley/protocol/access-contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getFile, upload } from '../../../test/files.ts'
import { call, createUser, refusal, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
let owner: TestUser
beforeAll(async () => {
  api = await startApi()
  owner = await createUser(api)
})
afterAll(() => api.close())

const shareOf = (resourceId: string, { id: userId }: TestUser, action: contracts.SharedAction = 'read') => ({
  resource: 'files' as const,
  resourceId,
  userId,
  action,
})

const status = async (fileId: string, user: TestUser) => (await getFile(api, fileId, user)).status

test('a file shared with a person can be read by them, and no longer once that is taken back', async () => {
  const { id } = await upload(api, owner, { bytes: 'private' })
  const [friend, stranger] = [await createUser(api), await createUser(api)]
  expect(await status(id, friend)).toBe(404)
  await call(api, owner, contracts.share, { body: shareOf(id, friend) })
  expect([await status(id, friend), await status(id, stranger)]).toEqual([200, 404])
  const { items } = await call(api, owner, contracts.listShares, { query: { resource: 'files', resourceId: id } })
  expect(items).toMatchObject([{ userId: friend.id, action: 'read', grantedBy: owner.id }])
  await call(api, owner, contracts.withdrawShare, { fields: shareOf(id, friend) })
  expect(await status(id, friend)).toBe(404)
})

test('only the owner, and whom it was shared with to administer, shares a file on', async () => {
  const { id } = await upload(api, owner, { bytes: 'private' })
  const [reader, keeper, third] = [await createUser(api), await createUser(api), await createUser(api)]
  await call(api, owner, contracts.share, { body: shareOf(id, reader) })
  await call(api, owner, contracts.share, { body: shareOf(id, keeper, 'admin') })
  const refused = await refusal(api, reader, contracts.share, { body: shareOf(id, third) })
  expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', details: { reason: 'not-owner' } })
  await call(api, keeper, contracts.share, { body: shareOf(id, third) })
  expect(await status(id, third)).toBe(200)
})

test('an administrator has no way to a private file, and so none to share it with themselves', async () => {
  const { id } = await upload(api, owner, { bytes: 'private' })
  expect(await status(id, api.operator)).toBe(404)
  const body = shareOf(id, await createUser(api))
  expect(await refusal(api, api.operator, contracts.share, { body })).toMatchObject({ code: 'NOT_FOUND' })
  const query = { resource: 'files', resourceId: id }
  expect(await refusal(api, api.operator, contracts.listShares, { query })).toMatchObject({ code: 'NOT_FOUND' })
})

test('nothing is shared with somebody of another workspace, nor with oneself', async () => {
  const { id } = await upload(api, owner, { bytes: 'private' })
  const body = shareOf(id, owner)
  expect(await refusal(api, owner, contracts.share, { body })).toMatchObject({ code: 'VALIDATION_FAILED' })
  const other = await refusal(api, owner, contracts.share, { body: { ...body, userId: '999999' } })
  expect(other).toMatchObject({ code: 'USER_NOT_FOUND' })
})
