import { actions, platformResources, resources, type Permission } from '@parley/protocol/access'
import { ErrorEnvelope } from '@parley/protocol/errors'
import { commands } from '@parley/protocol/realtime'
import Value from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHolder, grant, makeRole } from '../../../test/access.ts'
import { connect, createUser, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

/** `custom` is a guest who also reads the audit log by a role; `direct` has no role, and was granted `rooms:write`. */
const holderNames = ['guest', 'member', 'moderator', 'admin', 'custom', 'direct', 'super'] as const
type HolderName = (typeof holderNames)[number]

/** Who may do what: a mark a holder, in the order of `holderNames`. Change it with what the roles grant. */
const table: Record<Permission, string> = {
  //                   guest member moderator admin custom direct super
  'workspace:read': '  –     –      –         ✓     –      –      ✓',
  'workspace:write': ' –     –      –         ✓     –      –      ✓',
  'workspace:delete': '–     –      –         ✓     –      –      ✓',
  'workspace:admin': ' –     –      –         ✓     –      –      ✓',
  'people:read': '     ✓     ✓      ✓         ✓     ✓      –      ✓',
  'people:write': '    –     ✓      ✓         ✓     –      –      ✓',
  'people:delete': '   –     –      –         ✓     –      –      ✓',
  'people:admin': '    –     –      –         ✓     –      –      ✓',
  'roles:read': '      –     –      –         ✓     –      –      ✓',
  'roles:write': '     –     –      –         ✓     –      –      ✓',
  'roles:delete': '    –     –      –         ✓     –      –      ✓',
  'roles:admin': '     –     –      –         ✓     –      –      ✓',
  'sessions:read': '   –     –      –         ✓     –      –      ✓',
  'sessions:write': '  –     –      –         ✓     –      –      ✓',
  'sessions:delete': ' –     –      –         ✓     –      –      ✓',
  'sessions:admin': '  –     –      –         ✓     –      –      ✓',
  'rooms:read': '      ✓     ✓      ✓         ✓     ✓      ✓      ✓',
  'rooms:write': '     –     ✓      ✓         ✓     –      ✓      ✓',
  'rooms:delete': '    –     –      –         ✓     –      –      ✓',
  'rooms:admin': '     –     –      –         ✓     –      –      ✓',
  'messages:read': '   ✓     ✓      ✓         ✓     ✓      –      ✓',
  'messages:write': '  ✓     ✓      ✓         ✓     ✓      –      ✓',
  'messages:delete': ' –     –      ✓         ✓     –      –      ✓',
  'messages:admin': '  –     –      –         ✓     –      –      ✓',
  'files:read': '      ✓     ✓      ✓         ✓     ✓      –      ✓',
  'files:write': '     ✓     ✓      ✓         ✓     ✓      –      ✓',
  'files:delete': '    –     –      –         ✓     –      –      ✓',
  'files:admin': '     –     –      –         ✓     –      –      ✓',
  'audit:read': '      –     –      –         ✓     ✓      –      ✓',
  'audit:write': '     –     –      –         ✓     –      –      ✓',
  'audit:delete': '    –     –      –         ✓     –      –      ✓',
  'audit:admin': '     –     –      –         ✓     –      –      ✓',
  'reports:read': '    –     –      ✓         ✓     –      –      ✓',
  'reports:write': '   –     –      ✓         ✓     –      –      ✓',
  'reports:delete': '  –     –      ✓         ✓     –      –      ✓',
  'reports:admin': '   –     –      ✓         ✓     –      –      ✓',
  'relay:read': '      –     –      –         ✓     –      –      ✓',
  'relay:write': '     –     –      –         ✓     –      –      ✓',
  'relay:delete': '    –     –      –         ✓     –      –      ✓',
  'relay:admin': '     –     –      –         ✓     –      –      ✓',
  'workspaces:read': ' –     –      –         –     –      –      ✓',
  'workspaces:write': '–     –      –         –     –      –      ✓',
  'workspaces:delete': '–    –      –         –     –      –      ✓',
  'workspaces:admin': '–     –      –         –     –      –      ✓',
  'system:read': '     –     –      –         –     –      –      ✓',
  'system:write': '    –     –      –         –     –      –      ✓',
  'system:delete': '   –     –      –         –     –      –      ✓',
  'system:admin': '    –     –      –         –     –      –      ✓',
}

const isPermission = (value: string): value is Permission => Object.hasOwn(table, value)

/** Those who may, by the table. */
const mayBy = (permission: Permission): HolderName[] => {
  const marks = table[permission].trim().split(/\s+/)
  return holderNames.filter((_, index) => marks[index] === '✓')
}

let api: TestApi
let holders: Record<HolderName, TestUser>
/** Somebody who may do nothing but what is their own. */
let nobody: string

beforeAll(async () => {
  api = await startApi()
  nobody = await makeRole(api, [])
  const direct = await createHolder(api, nobody)
  await grant(api, direct, 'rooms:write')
  holders = {
    guest: await createHolder(api, 'guest'),
    member: await createUser(api),
    moderator: await createHolder(api, 'moderator'),
    admin: await createHolder(api, 'admin'),
    custom: await createHolder(api, await makeRole(api, ['audit:read'], 'guest')),
    direct,
    super: api.operator,
  }
})
afterAll(() => api.close())

/** Holders of whom `isRefused` says no. */
async function thoseNotRefused(isRefused: (user: TestUser) => Promise<boolean>): Promise<HolderName[]> {
  const refused = await Promise.all(holderNames.map((name) => isRefused(holders[name])))
  return holderNames.filter((_, index) => !refused[index])
}

interface Endpoint {
  method: string
  path: string
  requirement: string
}

/** Every endpoint under /api that asks who one is, as it is registered. */
function endpoints(): Endpoint[] {
  return Object.entries(Object(api.app.swagger().paths)).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).flatMap(([method, operation]): Endpoint[] => {
      const requirement: unknown = Object(operation)['x-permission']
      return typeof requirement === 'string' ? [{ method: method.toUpperCase(), path, requirement }] : []
    }),
  )
}

/** Whether an endpoint refuses somebody for want of its permission. What it is sent is wrong: nothing comes of it. */
async function isRefusedBy({ method, path, requirement }: Endpoint, user: TestUser): Promise<boolean> {
  const url = new URL(path.replaceAll(/\{\w+\}/g, '999999999'), api.url)
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method)
  if (!hasBody) url.searchParams.set('unheardOf', '1')
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${user.accessToken}`, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: '{"unheardOf":1}' }),
  })
  const text = response.headers.get('content-type')?.includes('json') === true ? await response.text() : '{}'
  await response.body?.cancel().catch(() => undefined)
  const body: unknown = JSON.parse(text)
  if (!Value.Check(ErrorEnvelope, body)) return false
  const { code, details } = body.error
  if (['RATE_LIMITED', 'OVERLOADED'].includes(code) || code.startsWith('TOKEN_'))
    throw new Error(`${method} ${path} could not be asked: ${code}`)
  return code === 'PERMISSION_DENIED' && details?.reason === requirement
}

test('the table names every permission there is', () => {
  const all = [...resources, ...platformResources].flatMap((resource) =>
    actions.map((action) => `${resource}:${action}`),
  )
  expect(Object.keys(table)).toEqual(all)
  for (const marks of Object.values(table)) expect(marks.trim().split(/\s+/)).toHaveLength(holderNames.length)
})

test.each(Object.keys(table).filter(isPermission))('%s is for whom the table says', async (permission) => {
  const decided = await thoseNotRefused(({ id }) =>
    api.app.authorize({ userId: id, sessionId: '1', workspaceId: '1' }, permission).then(
      () => false,
      () => true,
    ),
  )
  expect(decided).toEqual(mayBy(permission))
})

test('every endpoint is for whom the table says', async () => {
  const wrong: string[] = []
  for (const endpoint of endpoints()) {
    const { method, path, requirement } = endpoint
    if (!isPermission(requirement)) continue
    const may = await thoseNotRefused((user) => isRefusedBy(endpoint, user))
    if (may.join() !== mayBy(requirement).join()) wrong.push(`${method} ${path} (${requirement}) is for: ${may.join()}`)
  }
  expect(wrong).toEqual([])
})

test('every command is for whom the table says', async () => {
  const sockets = new Map(
    await Promise.all(holderNames.map(async (name) => [holders[name], await connect(api, holders[name])] as const)),
  )
  const wrong: string[] = []
  for (const [name, { permission }] of Object.entries(commands)) {
    const may = await thoseNotRefused(async (user) => {
      const error = await sockets.get(user)?.refused(name, { unheardOf: 1 })
      return error?.code === 'PERMISSION_DENIED' && error.details?.reason === permission
    })
    const expected = isPermission(permission) ? mayBy(permission) : [...holderNames]
    if (may.join() !== expected.join()) wrong.push(`${name} (${permission}) is for: ${may.join()}`)
  }
  sockets.forEach((socket) => socket.close())
  expect(wrong).toEqual([])
})

test('what is one’s own is refused to nobody, whatever else they may not', async () => {
  const own = endpoints().filter(({ requirement }) => requirement === 'self')
  // Each by somebody new: some of these end sessions.
  const refused = await Promise.all(own.map(async (endpoint) => isRefusedBy(endpoint, await createHolder(api, nobody))))
  expect(own.filter((_, index) => refused[index])).toEqual([])
})

test('what every endpoint and command takes is written down: `vitest run -u` writes it after a change', async () => {
  const lines = [
    ...endpoints().map(({ method, path, requirement }) => `${requirement.padEnd(18)} http    ${method} ${path}`),
    ...Object.entries(commands).map(([name, { permission }]) => `${permission.padEnd(18)} socket  ${name}`),
  ]
  const sorted = lines.toSorted((one, other) => (one < other ? -1 : 1))
  await expect(`${sorted.join('\n')}\n`).toMatchFileSnapshot('table.txt')
})
