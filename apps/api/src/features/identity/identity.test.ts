import {
  changePassword,
  listSessions,
  login,
  logout,
  refresh,
  register,
  revokeSession,
  SignedIn,
} from '@parley/protocol/identity'
import { drizzle } from 'drizzle-orm/mysql2'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  call,
  connect,
  cookieOf,
  createUser,
  refusal,
  send,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { sweepSessions } from './store.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const signedIn = async (response: Response): Promise<SignedIn> => Value.Parse(SignedIn, await response.json())

/** Signs somebody in on one more device. */
async function anotherDevice(user: TestUser): Promise<TestUser> {
  const response = await send(api, login, { body: { login: user.username, password: user.password } })
  const { accessToken } = await signedIn(response)
  return { ...user, accessToken, cookie: cookieOf(response) }
}

const refreshWith = (cookie: string, headers: Record<string, string> = {}) => ({ headers: { cookie, ...headers } })

describe('register', () => {
  const body = { email: 'Lin@Example.com', username: 'LinWei', password: 'correct horse' }

  test('makes an account that is signed in, with its e-mail in lower case', async () => {
    const response = await send(api, register, { body })
    expect(response.status).toBe(201)
    const { accessToken, user, expiresAt } = await signedIn(response)
    expect(user).toMatchObject({ email: 'lin@example.com', username: 'LinWei', displayName: 'LinWei', image: null })
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(59 * 60_000)
    expect((await call(api, { accessToken }, listSessions, {})).items).toHaveLength(1)
  })

  test('keeps its cookies from scripts, other sites and other paths', async () => {
    const response = await send(api, register, { body: { ...body, email: 'c@example.com', username: 'cookies' } })
    const [refreshLine, filesLine] = response.headers.getSetCookie()
    expect(refreshLine).toMatch(/^parley_refresh=.*Path=\/api\/refresh;.*HttpOnly.*SameSite=Strict/)
    expect(filesLine).toMatch(/^parley_files=.*Path=\/api\/files;.*HttpOnly.*SameSite=Strict/)
  })

  test('refuses a taken e-mail or username without regard to case', async () => {
    await createUser(api, { username: 'taken' })
    const email = await refusal(api, null, register, { body: { ...body, email: 'TAKEN@example.com', username: 'x1' } })
    expect(email).toMatchObject({ status: 409, code: 'EMAIL_IN_USE' })
    const username = await refusal(api, null, register, {
      body: { ...body, email: 'x1@example.com', username: 'Taken' },
    })
    expect(username).toMatchObject({ status: 409, code: 'USERNAME_IN_USE' })
  })

  test('does not take a value that looks like the name of a key for that key', async () => {
    const twin = { ...body, email: 'key@example.com', username: 'users_email' }
    await send(api, register, { body: twin })
    const error = await refusal(api, null, register, { body: { ...twin, email: 'key2@example.com' } })
    expect(error.code).toBe('USERNAME_IN_USE')
  })

  test('lets one of two at the same moment have a name', async () => {
    const race = ['r1@example.com', 'r2@example.com'].map((email) =>
      send(api, register, { body: { ...body, email, username: 'racer' } }),
    )
    const statuses = (await Promise.all(race)).map(({ status }) => status)
    expect(statuses.includes(201) && statuses.includes(409)).toBe(true)
  })

  test.each([
    ['no e-mail address', { email: 'nobody' }, 'body.email'],
    ['a username with spaces', { username: 'a b' }, 'body.username'],
    ['a short password', { password: 'short' }, 'body.password'],
    ['a password too long to hash', { password: 'x'.repeat(129) }, 'body.password'],
    ['an unknown field', { admin: true }, 'body'],
  ])('refuses %s', async (_, wrong, field) => {
    const error = await refusal(api, null, register, { body: { ...body, ...wrong } })
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' })
    expect(error.details?.fields?.[0]?.field).toContain(field)
  })

  test('refuses what is no JSON, and another content type', async () => {
    const url = `${api.url}/api/register`
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":' }
    expect((await fetch(url, broken)).status).toBe(400)
    const xml = { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }
    expect((await fetch(url, xml)).status).toBe(415)
  })
})

describe('login', () => {
  test('takes e-mail or username, in any case', async () => {
    const user = await createUser(api, { username: 'Either' })
    for (const name of ['either', 'EITHER@example.com']) {
      const { user: found } = await call(api, null, login, { body: { login: name, password: user.password } })
      expect(found.id).toBe(user.id)
    }
  })

  test('takes a password however the system composes its characters', async () => {
    await createUser(api, { username: 'composed', password: 'caf\u00e9-caf\u00e9' })
    const typed = { login: 'composed', password: 'cafe\u0301-cafe\u0301' }
    expect((await call(api, null, login, { body: typed })).user.username).toBe('composed')
  })

  test('says the same of an unknown account and a wrong password', async () => {
    const { username } = await createUser(api)
    const wrong = await refusal(api, null, login, { body: { login: username, password: 'wrong' } })
    const unknown = await refusal(api, null, login, { body: { login: 'nobody', password: 'wrong' } })
    expect(wrong).toMatchObject({ status: 401, code: 'BAD_CREDENTIALS' })
    expect({ ...unknown, requestId: '' }).toEqual({ ...wrong, requestId: '' })
  })

  test('takes as long for an unknown account as for a wrong password', async () => {
    const { username } = await createUser(api)
    const timed = async (name: string) => {
      const beganMs = performance.now()
      await refusal(api, null, login, { body: { login: name, password: 'wrong' } })
      return performance.now() - beganMs
    }
    await timed('warm-up')
    // By turns, and of each the one that was disturbed least by what else the machine does.
    const [unknown, wrong]: [number[], number[]] = [[], []]
    for (let round = 0; round < 7; round += 1) {
      unknown.push(await timed('no-such-person'))
      wrong.push(await timed(username))
    }
    const ratio = Math.min(...unknown) / Math.min(...wrong)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })

  test('is refused to a disabled account, whose tokens stop working too', async () => {
    const user = await createUser(api)
    await api.sql.query('UPDATE users SET disabled_at = NOW() WHERE id = ?', [user.id])
    const body = { login: user.username, password: user.password }
    expect((await refusal(api, null, login, { body })).code).toBe('USER_DISABLED')
    expect(await refusal(api, user, listSessions)).toMatchObject({ status: 403, code: 'USER_DISABLED' })
  })
})

describe('access tokens', () => {
  test('are needed, and must be the server’s own', async () => {
    expect(await refusal(api, null, listSessions)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' })
    const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'
    expect((await refusal(api, { accessToken: forged }, listSessions)).code).toBe('TOKEN_INVALID')
    const { accessToken } = await createUser(api)
    const [head, , signature] = accessToken.split('.')
    const claims = Buffer.from(JSON.stringify({ sub: '1', sid: '1', ws: '1', aud: 'api', exp: 2e9 })).toString(
      'base64url',
    )
    const tampered = { accessToken: [head, claims, signature].join('.') }
    expect((await refusal(api, tampered, listSessions)).code).toBe('TOKEN_INVALID')
  })

  test('say so when they ran out, and ask for a refresh shortly before', async () => {
    const user = await createUser(api)
    const [, claims = ''] = user.accessToken.split('.')
    const known: { sub: string; sid: string; ws: string } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const nowSeconds = Math.floor(Date.now() / 1_000)
    const withExpiry = (exp: number) => ({ accessToken: api.app.jwt.current.sign({ ...known, aud: 'api', exp }) })
    expect((await refusal(api, withExpiry(nowSeconds - 1), listSessions)).code).toBe('TOKEN_EXPIRED')

    const exp = nowSeconds + 14 * 60
    const late = await send(api, listSessions, {}, withExpiry(exp))
    expect(late.headers.get('x-token-refresh-required')).toBe('true')
    expect(late.headers.get('x-token-expires-at')).toBe(new Date(exp * 1_000).toISOString())
    const early = await send(api, listSessions, {}, user)
    expect(early.headers.get('x-token-refresh-required')).toBeNull()
  })

  test('of files open nothing else', async () => {
    const { cookie } = await createUser(api)
    const accessToken = /parley_files=([^;]+)/.exec(cookie)?.[1] ?? ''
    expect((await refusal(api, { accessToken }, listSessions)).code).toBe('TOKEN_INVALID')
  })

  test('are checked at the door of the socket', async () => {
    await expect(connect(api, { accessToken: 'nonsense' })).rejects.toThrow('TOKEN_INVALID')
  })
})

describe('refresh', () => {
  test('trades the cookie for a new token and a new cookie', async () => {
    const user = await createUser(api)
    const response = await send(api, refresh, refreshWith(user.cookie))
    expect(response.status).toBe(200)
    const { accessToken, user: profile } = await signedIn(response)
    expect(profile.id).toBe(user.id)
    await call(api, { accessToken }, listSessions, {})
    const again = await send(api, refresh, refreshWith(cookieOf(response)))
    expect(again.status).toBe(200)
  })

  test('ends the whole session when a token is used twice', async () => {
    const user = await createUser(api)
    const other = await anotherDevice(user)
    const socket = await connect(api, user)
    const rotated = await send(api, refresh, refreshWith(user.cookie))
    const { accessToken } = await signedIn(rotated)

    expect(await refusal(api, null, refresh, refreshWith(user.cookie))).toMatchObject({ code: 'TOKEN_REVOKED' })
    expect((await refusal(api, null, refresh, refreshWith(cookieOf(rotated)))).code).toBe('TOKEN_REVOKED')
    expect((await refusal(api, { accessToken }, listSessions)).code).toBe('TOKEN_REVOKED')
    expect(await socket.next('session.ending')).toEqual({ reason: 'revoked' })
    await socket.closed
    await call(api, other, listSessions, {})
  })

  test('admits one of two requests with the same token', async () => {
    const { cookie } = await createUser(api)
    const both = await Promise.all([send(api, refresh, refreshWith(cookie)), send(api, refresh, refreshWith(cookie))])
    const statuses = both.map(({ status }) => status)
    expect(statuses.includes(200) && statuses.includes(401)).toBe(true)
  })

  test('refuses no cookie, an unknown one and one that ran out', async () => {
    expect((await refusal(api, null, refresh)).code).toBe('TOKEN_MISSING')
    expect((await refusal(api, null, refresh, refreshWith('parley_refresh=unknown'))).code).toBe('TOKEN_INVALID')
    const { id, cookie } = await createUser(api)
    await api.sql.query(
      'UPDATE refresh_tokens r JOIN sessions s ON s.id = r.session_id SET r.expires_at = NOW() WHERE s.user_id = ?',
      [id],
    )
    expect((await refusal(api, null, refresh, refreshWith(cookie))).code).toBe('TOKEN_EXPIRED')
  })

  test('is refused to other sites', async () => {
    const { cookie } = await createUser(api)
    const foreign: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]
    for (const headers of foreign) {
      const error = await refusal(api, null, refresh, refreshWith(cookie, headers))
      expect(error).toMatchObject({ status: 403, code: 'PERMISSION_DENIED', details: { reason: 'cross-site' } })
    }
    expect((await send(api, refresh, refreshWith(cookie, { origin: api.url }))).status).toBe(200)
  })

  test('never stores the token itself', async () => {
    const { cookie } = await createUser(api)
    const token = /parley_refresh=([^;]+)/.exec(cookie)?.[1] ?? ''
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const [rows] = await api.sql.query('SELECT * FROM refresh_tokens')
    expect(JSON.stringify(rows)).not.toContain(token)
  })
})

describe('sessions', () => {
  test('are listed with the one that asks marked', async () => {
    const user = await createUser(api)
    const phone = await anotherDevice(user)
    const { items } = await call(api, phone, listSessions, {})
    expect(items).toHaveLength(2)
    expect(items.filter(({ current }) => current)).toHaveLength(1)
  })

  test('sign out at once: the token, the cookie and the sockets', async () => {
    const user = await createUser(api)
    const socket = await connect(api, user)
    const beganMs = performance.now()
    const response = await send(api, logout, {}, user)
    expect(response.status).toBe(204)
    expect(response.headers.getSetCookie()).toHaveLength(2)
    expect(cookieOf(response)).toBe('parley_refresh=; parley_files=')
    await socket.closed
    expect(performance.now() - beganMs).toBeLessThan(1_000)
    expect((await refusal(api, user, listSessions)).code).toBe('TOKEN_REVOKED')
    expect((await refusal(api, null, refresh, refreshWith(user.cookie))).code).toBe('TOKEN_REVOKED')
    await expect(connect(api, user)).rejects.toThrow('TOKEN_REVOKED')
  })

  test('can be signed out from another device', async () => {
    const user = await createUser(api)
    const phone = await anotherDevice(user)
    const socket = await connect(api, phone)
    const { items } = await call(api, user, listSessions, {})
    const other = items.find(({ current }) => !current)
    await call(api, user, revokeSession, { params: { id: other?.id ?? '' } })
    await socket.closed
    expect((await refusal(api, phone, listSessions)).code).toBe('TOKEN_REVOKED')
    expect((await call(api, user, listSessions, {})).items).toHaveLength(1)
  })

  test('of others do not exist', async () => {
    const [one, other] = [await createUser(api), await createUser(api)]
    const { items } = await call(api, one, listSessions, {})
    const id = items[0]?.id ?? ''
    expect(await refusal(api, other, revokeSession, { params: { id } })).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    })
    expect((await refusal(api, other, revokeSession, { params: { id: 'x' } })).code).toBe('VALIDATION_FAILED')
    for (const [contract, request] of [
      [logout, {}],
      [revokeSession, { params: { id } }],
      [changePassword, { body: { currentPassword: 'x', newPassword: 'long enough' } }],
    ] as const) {
      expect((await refusal(api, null, contract, request)).code).toBe('TOKEN_MISSING')
    }
  })
})

describe('password', () => {
  test('changes with the current one, and signs out every other session', async () => {
    const user = await createUser(api)
    const phone = await anotherDevice(user)
    const newPassword = 'another horse'
    await call(api, user, changePassword, { body: { currentPassword: user.password, newPassword } })
    await call(api, user, listSessions, {})
    expect((await refusal(api, phone, listSessions)).code).toBe('TOKEN_REVOKED')
    const old = { login: user.username, password: user.password }
    expect((await refusal(api, null, login, { body: old })).code).toBe('BAD_CREDENTIALS')
    await call(api, null, login, { body: { login: user.username, password: newPassword } })
    const [rows] = await api.sql.query("SELECT actor_id FROM audit_log WHERE action = 'password.changed'")
    expect(rows).toEqual([{ actor_id: Number(user.id) }])
  })

  test('stays as it is where the current one is wrong or the new one too short', async () => {
    const user = await createUser(api)
    const wrong = { currentPassword: 'wrong', newPassword: 'long enough' }
    expect((await refusal(api, user, changePassword, { body: wrong })).code).toBe('BAD_CREDENTIALS')
    const short = { currentPassword: user.password, newPassword: 'short' }
    expect((await refusal(api, user, changePassword, { body: short })).code).toBe('VALIDATION_FAILED')
    await anotherDevice(user)
  })
})

test('guessing at one account is slowed down, and others are not', async () => {
  const limited = await startApi({ SIGN_IN_ATTEMPTS: '3' })
  try {
    const [victim, other] = [await createUser(limited), await createUser(limited)]
    const guess = (user: TestUser, password: string) => ({ body: { login: user.username, password } })
    // At once: what is counted only afterwards would let them all through.
    const guesses = await Promise.all(
      Array.from({ length: 8 }, (_, round) => refusal(limited, null, login, guess(victim, `wrong${round}`))),
    )
    expect(guesses.filter(({ code }) => code === 'BAD_CREDENTIALS')).toHaveLength(3)
    const slowed = guesses.filter(({ code }) => code === 'RATE_LIMITED')
    expect(slowed).toHaveLength(5)
    expect(slowed[0]?.details?.retryAfterMs).toBeGreaterThan(0)
    await call(limited, null, login, guess(other, other.password))
  } finally {
    await limited.close()
  }
})

test('cookies travel over HTTPS only where there is TLS', async () => {
  const secured = await startApi({ COOKIE_SECURE: 'true' })
  try {
    const body = { email: 'tls@example.com', username: 'tls', password: 'correct horse' }
    const response = await send(secured, register, { body })
    for (const line of response.headers.getSetCookie()) expect(line).toContain('Secure')
  } finally {
    await secured.close()
  }
})

test('sessions that ran out are swept, others stay', async () => {
  const [old, current] = [await createUser(api), await createUser(api)]
  await api.sql.query(
    'UPDATE sessions s JOIN refresh_tokens r ON r.session_id = s.id ' +
      'SET r.expires_at = NOW() - INTERVAL 1 DAY, s.last_used_at = NOW() - INTERVAL 31 DAY WHERE s.user_id = ?',
    [old.id],
  )
  await sweepSessions(drizzle(api.sql))
  const [rows] = await api.sql.query('SELECT user_id FROM sessions WHERE user_id IN (?, ?)', [old.id, current.id])
  expect(rows).toEqual([{ user_id: Number(current.id) }])
})
