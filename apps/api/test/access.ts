import { createRole, grantToPerson, setRole } from '@parley/protocol/access-contracts'
import { call, createUser, type TestApi, type TestUser } from './harness.ts'

let made = 0

/** A role of the default workspace, made by the operator; answers its key. */
export async function makeRole(api: TestApi, permissions: string[], parent: string | null = null): Promise<string> {
  made += 1
  const body = { name: `Role ${made}`, parent, permissions }
  return (await call(api, api.operator, createRole, { body })).role.key
}

export async function giveRole(api: TestApi, user: TestUser, role: string): Promise<void> {
  await call(api, api.operator, setRole, { params: { id: user.id }, body: { role } })
}

/** Somebody of the default workspace with this role. */
export async function createHolder(api: TestApi, role: string): Promise<TestUser> {
  const user = await createUser(api)
  await giveRole(api, user, role)
  return user
}

export async function grant(
  api: TestApi,
  user: TestUser,
  permission: string,
  expiresAt: Date | null = null,
): Promise<void> {
  const body = { permission, expiresAt: expiresAt?.toISOString() ?? null }
  await call(api, api.operator, grantToPerson, { params: { id: user.id }, body })
}
