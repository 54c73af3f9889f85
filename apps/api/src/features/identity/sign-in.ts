import type { SignedIn } from '@parley/protocol/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database, Queryable } from '../../platform/database.ts'
import { networkOf } from '../../platform/http/address.ts'
import { AppError } from '../../platform/http/errors.ts'
import { signIns } from '../../platform/metrics.ts'
import { hashToken, newToken } from '../../platform/secret-token.ts'
import { chooseUser, createAccount, type TakeInvite } from './accounts.ts'
import { createAttempts } from './attempts.ts'
import type { Cookies } from './cookies.ts'
import type { FactorCodes } from './factor-codes.ts'
import type { Passwords } from './passwords.ts'
import { toProfile } from './profile.ts'
import * as store from './store.ts'
import type { Tokens } from './tokens.ts'

interface SignInDependencies {
  db: Database
  tokens: Tokens
  cookies: Cookies
  passwords: Passwords
  /** Wrong passwords before an account is slowed down. */
  signInAttempts: number
  takeInvite: TakeInvite
  /** Asked each time: it may change while the server runs. */
  isRegistrationOpen: () => boolean
  codes: FactorCodes
  /** Greets who has just registered. */
  welcome: (account: { id: string; email: string }) => void
}

/** One address may be a whole office. */
const addressFactor = 10

const refreshLifetimeMs = 30 * 24 * 60 * 60_000

const badCredentials = () => new AppError('BAD_CREDENTIALS', 'The login or the password is wrong.')

export const wrongCode = () =>
  new AppError('BAD_CREDENTIALS', 'This code is wrong, or was used already.', { details: { reason: 'code' } })

/** Opens sessions: by making an account, by password, and anew by refresh token. */
export function createSignIn(dependencies: SignInDependencies) {
  const { db, tokens, cookies, passwords, signInAttempts, takeInvite, isRegistrationOpen, codes, welcome } =
    dependencies
  const accountAttempts = createAttempts(signInAttempts)
  const addressAttempts = createAttempts(signInAttempts * addressFactor)
  const registrations = createAttempts(signInAttempts * addressFactor)

  /** Makes the next refresh token of a session; only its hash is stored. */
  async function nextRefreshToken(tx: Queryable, session: { sessionId: string; workspaceId: string }) {
    const refreshToken = newToken()
    const expiresAt = new Date(Date.now() + refreshLifetimeMs)
    await store.insertRefreshToken(tx, { ...session, tokenHash: hashToken(refreshToken), expiresAt })
    return { refreshToken, refreshExpiresAt: expiresAt }
  }

  type RefreshToken = Awaited<ReturnType<typeof nextRefreshToken>>

  /** The answer of a session just opened or refreshed, with its cookies. */
  function answer(user: store.UserRecord, sessionId: string, refresh: RefreshToken, reply: FastifyReply): SignedIn {
    const actor = { userId: user.id, sessionId, workspaceId: user.workspaceId }
    const access = tokens.issue(actor, 'api')
    const files = tokens.issue(actor, 'files')
    cookies.set(reply, { ...refresh, filesToken: files.token, filesExpiresAt: files.expiresAt })
    return { accessToken: access.token, expiresAt: access.expiresAt.toISOString(), user: toProfile(user) }
  }

  /** Writes down a new session with its first refresh token. */
  async function insert(tx: Queryable, { id: userId, workspaceId }: store.UserRecord, request: FastifyRequest) {
    const device = (request.headers['user-agent'] ?? '').slice(0, 300)
    const sessionId = await store.insertSession(tx, { userId, workspaceId, device, address: request.ip })
    return { sessionId, refresh: await nextRefreshToken(tx, { sessionId, workspaceId }) }
  }

  async function open(user: store.UserRecord, request: FastifyRequest, reply: FastifyReply): Promise<SignedIn> {
    const opened = await db.transaction((tx) => insert(tx, user, request))
    return answer(user, opened.sessionId, opened.refresh, reply)
  }

  /** Counts a guess at an account's password, runs `check`, and forgets the count if it was right. */
  async function guarded(
    account: string,
    address: string,
    check: () => Promise<boolean>,
    refused = badCredentials,
  ): Promise<void> {
    const network = networkOf(address)
    addressAttempts.begin(network)
    try {
      accountAttempts.begin(account)
    } catch (error) {
      addressAttempts.undo(network)
      throw error
    }
    const isRight = await check().catch((error: unknown) => {
      // Nothing was learnt from a check that did not run.
      accountAttempts.undo(account)
      addressAttempts.undo(network)
      throw error
    })
    signIns.inc({ outcome: isRight ? 'ok' : 'failed' })
    if (!isRight) throw refused()
    accountAttempts.clear(account)
    addressAttempts.undo(network)
  }

  /** The same for codes, counted apart: whoever knows the password could clear its count before every guess. */
  const guardedCode = (account: { id: string }, address: string, check: () => Promise<boolean>) =>
    guarded(`code:${account.id}`, address, check, wrongCode)

  return {
    answer,
    guarded,
    guardedCode,
    insert,
    nextRefreshToken,
    async register(
      { password, invite, ...named }: { email: string; username: string; password: string; invite?: string },
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<SignedIn> {
      registrations.begin(networkOf(request.ip))
      const email = named.email.toLowerCase()
      const passwordHash = await passwords.hash(password)
      const user = await createAccount(
        db,
        { ...named, email, passwordHash },
        {
          invited: async (tx) => (invite === undefined ? null : takeInvite(tx, invite, email)),
          isOpenToAll: isRegistrationOpen(),
        },
      )
      welcome({ id: user.accountId, email })
      return open(user, request, reply)
    },
    async login(
      { login, password, code }: { login: string; password: string; code?: string },
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<SignedIn> {
      const account = await store.findAccountByLogin(db, login)
      await guarded(account ? `id:${account.id}` : `login:${login.toLowerCase()}`, request.ip, () =>
        passwords.verify(account?.passwordHash ?? null, password),
      )
      if (!account) throw badCredentials()
      if (account.totpEnabledAt !== null) {
        if (code === undefined) {
          throw new AppError('SECOND_FACTOR_REQUIRED', 'Type the code of your authenticator app too.')
        }
        await guardedCode(account, request.ip, () => codes.use(db, account, code))
      }
      return open(await chooseUser(db, account.id), request, reply)
    },
  }
}

export type SignIn = ReturnType<typeof createSignIn>
