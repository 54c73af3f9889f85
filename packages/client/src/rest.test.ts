import { login, revokeSession } from '@parley/protocol/identity'
import { recallMessage } from '@parley/protocol/messages'
import { getProfile } from '@parley/protocol/people'
import { expect, test, vi } from 'vitest'
import { createRest } from './rest.ts'

interface Heard {
  url: string
  method: string | undefined
  token: string | null
  body: unknown
}

/** A server that answers what it is told, and remembers what it heard. */
function createServer(answer: (heard: Heard) => Response | Promise<Response>) {
  const heard: Heard[] = []
  const send: typeof fetch = async (input, init) => {
    const { url } = new Request(input)
    const token = new Headers(init?.headers).get('authorization')
    const request = { url, method: init?.method, token, body: init?.body }
    heard.push(request)
    return answer(request)
  }
  return { heard, send }
}

const failure = (code: string, status: number) =>
  Response.json({ error: { code, message: 'No.', requestId: 'r1', details: { retryAfterMs: 5 } } }, { status })

function createCaller(
  send: typeof fetch,
  { token = 'old', renewed = 'new' }: { token?: string; renewed?: string | null } = {},
) {
  let current: string | null = token
  const onExpired = vi.fn<() => Promise<string | null>>(async () => (current = renewed))
  const rest = createRest({ origin: 'http://parley.test', fetch: send, accessToken: () => current, onExpired })
  return { rest, onExpired }
}

test('parameters stand in the path, and the fields of a DELETE in the query', async () => {
  const { heard, send } = createServer(() => Response.json({ roomId: '1', seq: 2, change: 3 }))
  const { rest } = createCaller(send)
  await rest.call(revokeSession, { params: { id: '7' } })
  expect(await rest.call(recallMessage, { fields: { roomId: '1', seq: 2 } })).toEqual({
    roomId: '1',
    seq: 2,
    change: 3,
  })
  expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE http://parley.test/api/sessions/7',
    'DELETE http://parley.test/api/room/message?roomId=1&seq=2',
  ])
})

test('a refusal is an error with its code, details and request id', async () => {
  const { rest } = createCaller(createServer(() => failure('RATE_LIMITED', 429)).send)
  await expect(rest.call(getProfile, {})).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    status: 429,
    details: { retryAfterMs: 5 },
    requestId: 'r1',
  })
})

test("a proxy's own page becomes a code by its status", async () => {
  const { rest } = createCaller(createServer(() => new Response('<h1>Bad gateway</h1>', { status: 502 })).send)
  await expect(rest.call(getProfile, {})).rejects.toMatchObject({ code: 'OVERLOADED', status: 502 })
})

test('no answer is a failure of its own kind', async () => {
  const { rest } = createCaller(createServer(() => Promise.reject(new TypeError('fetch failed'))).send)
  await expect(rest.call(getProfile, {})).rejects.toMatchObject({ code: 'NETWORK', status: 0 })
})

test('an expired token is refreshed once for all callers, who then get their answers', async () => {
  const { heard, send } = createServer(({ token }) =>
    token === 'Bearer new' ? Response.json({ id: '1' }) : failure('TOKEN_EXPIRED', 401),
  )
  const { rest, onExpired } = createCaller(send)
  const answers = await Promise.all([1, 2, 3].map(() => rest.call(getProfile, {})))
  expect(answers).toEqual([{ id: '1' }, { id: '1' }, { id: '1' }])
  expect(onExpired).toHaveBeenCalledTimes(1)
  expect(heard).toHaveLength(6)
})

test('a token refused again after a refresh is not refreshed for ever', async () => {
  const { heard, send } = createServer(() => failure('TOKEN_INVALID', 401))
  const { rest } = createCaller(send)
  await expect(rest.call(getProfile, {})).rejects.toMatchObject({ code: 'TOKEN_INVALID' })
  expect(heard).toHaveLength(2)
})

test('when the session is over the first refusal is the answer', async () => {
  const { rest } = createCaller(createServer(() => failure('TOKEN_EXPIRED', 401)).send, { renewed: null })
  await expect(rest.call(getProfile, {})).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
})

test('a wrong password does not refresh anything', async () => {
  const { rest, onExpired } = createCaller(createServer(() => failure('BAD_CREDENTIALS', 401)).send)
  const request = { body: { login: 'ann', password: 'wrong' } }
  await expect(rest.call(login, request)).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' })
  expect(onExpired).not.toHaveBeenCalled()
})

test('an aborted call ends with the reason of its signal', async () => {
  const { send } = createServer(() => Promise.reject(new Error('aborted')))
  const { rest } = createCaller(send)
  const reason = new Error('left the page')
  await expect(rest.call(getProfile, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})
