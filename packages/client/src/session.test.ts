import { expect, test, vi, afterEach } from 'vitest'
import { createClock } from './clock.ts'
import { createRest } from './rest.ts'
import { createSession, type Session, type SessionState } from './session.ts'
import type { Locks } from './tabs.ts'

const profile = { id: '1', username: 'ann', displayName: 'Ann' }
const minuteMs = 60_000

afterEach(() => {
  vi.useRealTimers()
})

const signedIn = (accessToken: string, livesMs = 60 * minuteMs) =>
  Response.json({ accessToken, expiresAt: new Date(Date.now() + livesMs).toISOString(), user: profile })

const failure = (code: string, status: number) =>
  Response.json({ error: { code, message: 'No.', requestId: 'r1' } }, { status })

function createTab(send: (path: string) => Response | Promise<Response>, locks?: Locks): Session {
  const rest = createRest({
    origin: 'http://parley.test',
    fetch: async (input) => send(new URL(new Request(input).url).pathname),
    accessToken: () => session.accessToken(),
    onExpired: () => session.refresh(),
  })
  const session: Session = createSession({ rest, clock: createClock(), locks })
  return session
}

/** Locks as browsers grant them: one at a time, in the order asked. */
function createLocks(): Locks {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request: (_name, _options, run) => {
      last = last.then(run, run)
      return last
    },
  }
}

test('callers who refresh at once share one refresh', async () => {
  const send = vi.fn<() => Response>(() => signedIn('t1'))
  const session = createTab(send)
  expect(await Promise.all([session.refresh(), session.refresh(), session.refresh()])).toEqual(['t1', 't1', 't1'])
  expect(send).toHaveBeenCalledTimes(1)
  session.stop()
})

test('tabs refresh one after the other, so that no refresh token is used twice', async () => {
  let running = 0
  let most = 0
  const locks = createLocks()
  const send = async () => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    return signedIn('t1')
  }
  const tabs = [createTab(send, locks), createTab(send, locks)]
  await Promise.all(tabs.map((tab) => tab.refresh()))
  expect(most).toBe(1)
  for (const tab of tabs) tab.stop()
})

test('a reload finds the session by its cookie, after as many tries as an unreachable server takes', async () => {
  vi.useFakeTimers()
  const answers = [
    () => Promise.reject(new TypeError('no network')),
    () => failure('OVERLOADED', 503),
    () => signedIn('t1'),
  ]
  const session = createTab(async () => (answers.shift() ?? (() => failure('INTERNAL_ERROR', 500)))())
  const restored = session.restore()
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect(await restored).toEqual({ status: 'signedIn', user: profile })
  session.stop()
})

test('without a cookie one is signed out', async () => {
  const session = createTab(() => failure('TOKEN_MISSING', 401))
  expect((await session.restore()).status).toBe('signedOut')
})

test('a refresh out of reach of the server keeps the session', async () => {
  const answers = [() => signedIn('t1'), () => Promise.reject(new TypeError('no network'))]
  const session = createTab(async () => (answers.shift() ?? (() => signedIn('t2')))())
  await session.restore()
  await expect(session.refresh()).rejects.toMatchObject({ code: 'NETWORK' })
  expect(session.accessToken()).toBe('t1')
  session.stop()
})

test('the token is renewed before it runs out', async () => {
  vi.useFakeTimers()
  let count = 0
  const session = createTab(() => signedIn(`t${++count}`))
  await session.restore()
  await vi.advanceTimersByTimeAsync(56 * minuteMs)
  expect(session.accessToken()).toBe('t2')
  session.stop()
})

test.each([
  ['two hours ahead', -60 * minuteMs],
  ['a century back', 100 * 365 * 24 * 60 * minuteMs],
])('a clock %s does not refresh in a loop', async (_name, livesMs) => {
  vi.useFakeTimers()
  const send = vi.fn<() => Response>(() => signedIn('t1', livesMs))
  const session = createTab(send)
  await session.restore()
  await vi.advanceTimersByTimeAsync(10 * minuteMs)
  expect(send.mock.calls.length).toBeLessThan(12)
  session.stop()
})

test('signing out fails when the server cannot be told', async () => {
  const session = createTab((path) =>
    path === '/api/refresh' ? signedIn('t1') : Promise.reject(new TypeError('no network')),
  )
  await session.restore()
  await expect(session.signOut()).rejects.toMatchObject({ code: 'NETWORK' })
  expect(session.state().status).toBe('signedIn')
  session.stop()
})

test('signing out ends the session and tells who listens', async () => {
  const session = createTab((path) =>
    path === '/api/refresh' ? signedIn('t1') : new Response(undefined, { status: 204 }),
  )
  await session.restore()
  const heard = vi.fn<(state: SessionState) => void>()
  session.onChange(heard)
  await session.signOut()
  expect(heard).toHaveBeenCalledWith({ status: 'signedOut', user: null })
  expect(session.accessToken()).toBeNull()
})

test('a refresh asked for during a switch of workspaces waits for the new session', async () => {
  const asked: string[] = []
  const answered = Promise.withResolvers<undefined>()
  const session = createTab(async (path) => {
    asked.push(path)
    if (path !== '/api/refresh/workspace') return signedIn('old')
    await answered.promise
    return signedIn('new')
  })
  await session.restore()
  const switching = session.switchWorkspace('2')
  // The server tells the old session's socket of its end before its answer is here.
  const renewed = session.refresh()
  answered.resolve(undefined)
  await switching
  expect(await renewed).toBe('new')
  expect(asked).toEqual(['/api/refresh', '/api/refresh/workspace'])
  session.stop()
})

test('who was signed out by somebody else is told why', async () => {
  const closed = Response.json(
    { error: { code: 'PERMISSION_DENIED', message: 'No.', requestId: 'r', details: { reason: 'workspace-closed' } } },
    { status: 403 },
  )
  const session = createTab(() => closed)
  expect(await session.restore()).toEqual({ status: 'signedOut', user: null, reason: 'suspended' })
})
