import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contract, RequestOf, ResponseOf } from '@parley/protocol/contract'
import { ErrorEnvelope, type WireError } from '@parley/protocol/errors'
import { login, register, type SignedIn } from '@parley/protocol/identity'
import { addFriend, blockUser } from '@parley/protocol/people'
import type { FastifyInstance } from 'fastify'
import { createPool, type Pool } from 'mysql2/promise'
import Value from 'typebox/value'
import { createApp } from '../src/app.ts'
import { createSettings } from '../src/config-reload.ts'
import { loadConfig } from '../src/config.ts'
import { rateClasses } from '../src/platform/rate-classes.ts'
import { createSchema } from './schema.ts'

export { connect, type TestSocket } from './socket.ts'

/** A real server on a free loopback port, on a schema of its own. */
export interface TestApi {
  url: string
  app: FastifyInstance
  /** Folder of this server's files. */
  dataDir: string
  /** Who made the first account and so runs the installation; no test's people are. */
  operator: TestUser
  databaseUrl: string
  /** Plain SQL on the schema of this server, for what no endpoint says. */
  sql: Pool
  close(): Promise<void>
}

export interface TestUser {
  id: string
  username: string
  email: string
  password: string
  accessToken: string
  /** The `Cookie` header of this person's browser. */
  cookie: string
}

/** Generous limits: tests make many accounts from one address. Tests of the limits themselves pass their own. */
const defaults = {
  LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
  LOG_DIR: 'off',
  SIGN_IN_ATTEMPTS: '100000',
  ...Object.fromEntries(rateClasses.map((rateClass) => [`RATE_${rateClass.toUpperCase()}`, '1000000'])),
}

/** Starts a server; `settings` are environment variables. */
export async function startApi(settings: Record<string, string> = {}): Promise<TestApi> {
  const schema = await createSchema(process.env.DATABASE_URL ?? 'mysql://127.0.0.1')
  const secret = randomBytes(32).toString('hex')
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'))
  const secrets = { JWT_SECRET: secret, ENCRYPTION_KEY: randomBytes(32).toString('hex') }
  const given = { ...defaults, ...secrets, DATABASE_URL: schema.url, DATA_DIR: dataDir, ...settings }
  const app = await createApp(createSettings(() => loadConfig(given)))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const sql = createPool({ uri: schema.url, connectionLimit: 2, timezone: 'Z' })
  const api = {
    url,
    app,
    dataDir,
    databaseUrl: schema.url,
    sql,
    async close() {
      await app.close()
      await sql.end()
      await schema.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  // A second server on the database of the first finds the operator there.
  const first = settings.DATABASE_URL === undefined
  return { ...api, operator: await (first ? createUser : signIn)(api, { username: 'operator' }) }
}

/** The `Cookie` header a browser would send after this answer. */
export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')

let users = 0

interface Wanted {
  username?: string
  password?: string
  /** Token of an invitation to a workspace; without one it is the first workspace. */
  invite?: string
}

const usualPassword = 'correct horse battery'

/** Registers somebody through the real route. */
export async function createUser(api: Pick<TestApi, 'url'>, wanted: Wanted = {}): Promise<TestUser> {
  users += 1
  const { username = `user${users}`, password = usualPassword, ...invited } = wanted
  const email = `${username.toLowerCase()}@example.com`
  const response = await send(api, register, { body: { email, username, password, ...invited } })
  return signedIn(await answerOf(register, response), response, password)
}

/** Signs somebody in who registered before. */
export async function signIn(
  api: Pick<TestApi, 'url'>,
  { username, password = usualPassword }: Wanted & { username: string },
): Promise<TestUser> {
  const response = await send(api, login, { body: { login: username, password } })
  return signedIn(await answerOf(login, response), response, password)
}

const signedIn = ({ user, accessToken }: SignedIn, response: Response, password: string): TestUser => ({
  id: user.id,
  username: user.username,
  email: user.email,
  password,
  accessToken,
  cookie: cookieOf(response),
})

/** Who asks: a person, or nobody. */
type Asker = Pick<TestUser, 'accessToken'> | null

/** A request as it goes over the wire, parts that a contract does not name included, to see them refused. */
export interface RawRequest {
  params?: unknown
  query?: unknown
  body?: unknown
  /** Travel in the query. */
  fields?: unknown
  headers?: Record<string, string>
}

const entriesOf = (part: unknown): [string, string][] =>
  typeof part === 'object' && part !== null
    ? Object.entries(part).flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, String(value)]],
      )
    : []

/** Sends a request of a contract and answers the response as it came. */
export function send(
  api: Pick<TestApi, 'url'>,
  contract: Contract,
  request: RawRequest = {},
  asker: Asker = null,
): Promise<Response> {
  const url = new URL(contract.path, api.url)
  for (const [key, value] of entriesOf(request.params)) {
    url.pathname = url.pathname.replace(`:${key}`, encodeURIComponent(value))
  }
  for (const [key, value] of [...entriesOf(request.query), ...entriesOf(request.fields)]) {
    url.searchParams.set(key, value)
  }
  return fetch(url, {
    method: contract.method,
    headers: {
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...(asker && { authorization: `Bearer ${asker.accessToken}` }),
      ...request.headers,
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  })
}

/** The refusal in a body, if it holds one. */
function refusalIn(text: string): Partial<WireError> {
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : undefined
  return Value.Check(ErrorEnvelope, body) ? { code: body.error.code, details: body.error.details } : {}
}

const keepsContract = <C extends Contract>(contract: C, body: unknown): body is ResponseOf<C> =>
  contract.response ? Value.Check(contract.response, body) : body === undefined

async function answerOf<C extends Contract>(contract: C, response: Response): Promise<ResponseOf<C>> {
  const text = await response.text()
  if (response.status !== contract.status) {
    const failure = new Error(`${contract.method} ${contract.path} answered ${response.status}: ${text}`)
    throw Object.assign(failure, refusalIn(text))
  }
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  if (!keepsContract(contract, body)) throw new Error(`${contract.method} ${contract.path} broke its contract: ${text}`)
  return body
}

/** Calls an endpoint as somebody; throws, with the code and details of a refusal, unless it succeeds as its contract says. */
export async function call<C extends Contract>(
  api: TestApi,
  asker: Asker,
  contract: C,
  request: RequestOf<C>,
): Promise<ResponseOf<C>> {
  return answerOf(contract, await send(api, contract, request, asker))
}

/** Calls an endpoint that must refuse; answers the error. */
export async function refusal(
  api: Pick<TestApi, 'url'>,
  asker: Asker,
  contract: Contract,
  request: RawRequest = {},
): Promise<WireError & { status: number }> {
  const response = await send(api, contract, request, asker)
  const text = await response.text()
  const body: unknown = response.ok ? undefined : JSON.parse(text)
  if (!Value.Check(ErrorEnvelope, body)) {
    throw new Error(`${contract.method} ${contract.path} was not refused but answered ${response.status}: ${text}`)
  }
  return { ...body.error, status: response.status }
}

/** Makes friends of two people through the real routes; answers the id of their private room. */
export async function befriend(api: TestApi, one: TestUser, other: TestUser): Promise<string> {
  await call(api, one, addFriend, { body: { userId: other.id } })
  const { roomId } = await call(api, other, addFriend, { body: { userId: one.id } })
  if (roomId === undefined) throw new Error('friends without a room')
  return roomId
}

/** Lets somebody block another. */
export async function block(api: TestApi, blocker: TestUser, blocked: TestUser): Promise<void> {
  await call(api, blocker, blockUser, { body: { userId: blocked.id } })
}
