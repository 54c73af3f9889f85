import { createHmac, randomBytes } from 'node:crypto'
import { listSessions } from '@parley/protocol/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, connect, createUser, refusal, send, signIn, startApi, type TestApi } from '../../../test/harness.ts'

const first = randomBytes(32).toString('hex')
const second = randomBytes(32).toString('hex')
let api: TestApi
beforeAll(async () => {
  api = await startApi({ JWT_SECRET: first })
})
afterAll(() => api.close())

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with the claims of a real one, under another head and signed with `secret`. */
function resigned(token: string, head: object, secret: string): string {
  const [, claims] = token.split('.')
  const signed = `${encoded(head)}.${claims}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const headOf = (token: string): { alg: string; kid: string } =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())

test('a restart with a new key and the old one as the previous signs nobody out', async () => {
  const user = await createUser(api)
  const shared = { DATABASE_URL: api.databaseUrl, JWT_SECRET: second }
  const restarted = await startApi({ ...shared, JWT_SECRET_PREVIOUS: first })
  try {
    await call(restarted, user, listSessions, {})
    await connect(restarted, user)
    const fresh = await signIn(restarted, user)
    expect(headOf(fresh.accessToken).kid).not.toBe(headOf(user.accessToken).kid)
    await call(restarted, fresh, listSessions, {})
  } finally {
    await restarted.close()
  }
  const forgetful = await startApi(shared)
  try {
    expect((await refusal(forgetful, user, listSessions)).code).toBe('TOKEN_INVALID')
  } finally {
    await forgetful.close()
  }
})

test('a token names its key without telling it, and no other name, algorithm or signature will do', async () => {
  const { accessToken } = await createUser(api)
  const { alg, kid } = headOf(accessToken)
  expect({ alg, told: first.includes(kid) }).toEqual({ alg: 'HS256', told: false })

  const asItIs = { accessToken: resigned(accessToken, { alg, typ: 'JWT', kid }, first) }
  expect((await send(api, listSessions, {}, asItIs)).status).toBe(200)
  const forged = [
    resigned(accessToken, { alg, typ: 'JWT', kid: 'unknown' }, first),
    resigned(accessToken, { alg, typ: 'JWT' }, first),
    resigned(accessToken, { alg, typ: 'JWT', kid: '__proto__' }, first),
    resigned(accessToken, { alg, typ: 'JWT', kid }, second),
    resigned(accessToken, { alg: 'HS512', typ: 'JWT', kid }, first),
    resigned(accessToken, { alg: 'none', typ: 'JWT', kid }, first),
    `${encoded({ alg: 'none', typ: 'JWT', kid })}.${accessToken.split('.')[1]}.`,
    'not-json.not-json.not-json',
    '..',
  ]
  for (const token of forged) {
    expect((await refusal(api, { accessToken: token }, listSessions)).code).toBe('TOKEN_INVALID')
  }
})
