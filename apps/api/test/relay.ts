import type { Contract } from '@parley/protocol/contract'
import { createGroup, createToken, type RelayToken } from '@parley/protocol/relay'
import { createHolder, makeRole } from './access.ts'
import { call, send, startApi, type RawRequest, type TestApi, type TestUser } from './harness.ts'

export const adminKey = 'a key for the tests of the relay'

/** A server whose relay programs may administer. */
export const startRelayApi = (settings: Record<string, string> = {}): Promise<TestApi> =>
  startApi({ ADMIN_KEY: adminKey, ...settings })

/** Sends a request of a contract with the admin key. */
export const sendByKey = (api: Pick<TestApi, 'url'>, contract: Contract, request: RawRequest = {}): Promise<Response> =>
  send(api, contract, { ...request, headers: { authorization: adminKey, ...request.headers } })

/** Somebody of the default workspace who may use the relay and administers nothing. */
export const createRelayMember = async (api: TestApi): Promise<TestUser> =>
  createHolder(api, await makeRole(api, ['relay:write'], 'member'))

let made = 0

/** A group of the default workspace, made by the operator; answers its name. */
export async function makeGroup(api: TestApi, wanted: { self_service?: boolean } = {}): Promise<string> {
  made += 1
  const id = `group-${made}`
  await call(api, api.operator, createGroup, { body: { id, ...wanted } })
  return id
}

/** A token with its key. */
export async function makeToken(
  api: TestApi,
  group: string,
  { name = 'token', by = api.operator, ...wanted }: { name?: string; by?: TestUser; quota?: number } = {},
): Promise<RelayToken> {
  const body = { name, ...wanted }
  return (await call(api, by, createToken, { params: { group }, query: {}, body })).data
}
