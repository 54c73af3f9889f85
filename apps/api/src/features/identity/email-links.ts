import type { ResponseOf } from '@parley/protocol/contract'
import type { createResetLink } from '@parley/protocol/identity'
import { eq } from 'drizzle-orm'
import { recordAudit } from '../../platform/audit.ts'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import { networkOf } from '../../platform/http/address.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict, permissionDenied } from '../../platform/http/errors.ts'
import type { Mailer } from '../../platform/mail.ts'
import { auditAccount } from './account-audit.ts'
import { createAttempts } from './attempts.ts'
import { dropEmailTokens, insertEmailToken, requireEmailToken, useEmailToken } from './email-tokens.ts'
import type { IdentityEvents } from './events.ts'
import { letterFor } from './letters.ts'
import type { Passwords } from './passwords.ts'
import { localeOf } from './profile.ts'
import * as store from './store.ts'
import { accounts } from './tables.ts'

export interface EmailLinkDependencies {
  db: Database
  events: EventBus<IdentityEvents>
  passwords: Passwords
  mailer: Mailer
  /** Address of a page of the web app. */
  linkTo: (path: string) => string
  /** Links asked for before whoever asks is slowed down. */
  attempts: number
  /** Throws unless a person of the actor's workspace holds no more than the actor. */
  requireNotAbove: (actor: Actor, userId: string) => Promise<void>
  onError: (error: unknown) => void
}

/** What a link leads to. The token stands behind `#`, which browsers tell no server and no other site. */
const pages = { verify: '/verify-email', reset: '/reset-password' }

/** Links that prove an e-mail address: to verify it, or to set a new password. */
export function createEmailLinks(dependencies: EmailLinkDependencies) {
  const { db, events, passwords, mailer, linkTo, requireNotAbove, onError } = dependencies
  const byAccount = createAttempts(dependencies.attempts)
  const byNetwork = createAttempts(dependencies.attempts * 10)
  const underWay = new Set<Promise<void>>()

  /** Does what nobody waits for. */
  function later(work: () => Promise<void>): void {
    const done = work()
      .catch(onError)
      .finally(() => underWay.delete(done))
    underWay.add(done)
  }

  type Addressee = Pick<store.AccountRecord, 'id' | 'email'>

  async function mail(account: Addressee, purpose: 'verify' | 'reset'): Promise<void> {
    const [first] = await store.findUsersOf(db, account.id)
    const { token } = await insertEmailToken(db, account, purpose)
    const letter = letterFor(purpose, first ? localeOf(first.user) : 'en', linkTo(`${pages[purpose]}#${token}`))
    await mailer.send({ to: account.email, ...letter })
  }

  return {
    /** Sends a new account its link, if mail is set up. Its registration does not wait for it and never fails by it. */
    welcome(account: Addressee): void {
      if (mailer.enabled) later(() => mail(account, 'verify'))
    },
    async requestVerification({ userId }: Actor): Promise<void> {
      if (!mailer.enabled) throw conflict('This installation sends no mail.', 'mail-disabled')
      const account = await store.requireAccountOf(db, userId)
      if (account.emailVerifiedAt !== null) return
      byAccount.begin(`verify:${account.id}`)
      await mail(account, 'verify').catch((error: unknown) => {
        throw new AppError('OVERLOADED', 'The mail could not be sent. Try again in a few minutes.', {
          details: { retryAfterMs: 60_000, reason: 'mail-failed' },
          cause: error,
        })
      })
    },
    async verify(token: string, address: string): Promise<void> {
      byNetwork.begin(networkOf(address))
      await db.transaction(async (tx) => {
        const { id } = await useEmailToken(tx, token, 'verify')
        await tx.update(accounts).set({ emailVerifiedAt: new Date() }).where(eq(accounts.id, id))
        await dropEmailTokens(tx, id, 'verify')
        await auditAccount(tx, id, 'email.verified')
      })
      byNetwork.undo(networkOf(address))
    },
    /** Answers before it looks whether there is such an account: neither the words nor the time tell. */
    forgot(email: string, address: string): { mailEnabled: boolean } {
      byNetwork.begin(networkOf(address))
      byAccount.begin(`reset:${email.toLowerCase()}`)
      if (mailer.enabled) {
        later(async () => {
          const account = await store.findAccountByLogin(db, email)
          if (account) await mail(account, 'reset')
        })
      }
      return { mailEnabled: mailer.enabled }
    },
    /** Sets a new password, if the link works, and signs out every session: who had the account has it no longer. */
    async reset(token: string, newPassword: string, address: string): Promise<void> {
      byNetwork.begin(networkOf(address))
      // Before the hash: a made-up link costs no more than a query.
      await requireEmailToken(db, token, 'reset')
      const passwordHash = await passwords.hash(newPassword)
      const ended = await db.transaction(async (tx) => {
        const { id } = await useEmailToken(tx, token, 'reset')
        await store.setPasswordHash(tx, id, passwordHash)
        await dropEmailTokens(tx, id, 'reset')
        await auditAccount(tx, id, 'password.reset')
        return store.revokeSessionsOfAccount(tx, id)
      })
      byNetwork.undo(networkOf(address))
      for (const session of ended) events.emit('session.revoked', session)
    },
    /** The link for somebody of the actor's workspace, where no mail brings it. It opens the account: it is for who may. */
    async makeResetLink(actor: Actor, userId: string): Promise<ResponseOf<typeof createResetLink>> {
      const { workspaceId } = actor
      if (userId === actor.userId) throw conflict('Change your own password in the settings.', 'own-account')
      await requireNotAbove(actor, userId)
      return db.transaction(async (tx) => {
        const account = await store.requireAccountOf(tx, userId)
        const { superAdmin } = await store.requireAccountOf(tx, actor.userId)
        const places = await store.findUsersOf(tx, account.id)
        if (!superAdmin && places.some(({ user }) => user.workspaceId !== workspaceId)) {
          throw permissionDenied('This person is in other workspaces too: only they can ask.', 'other-workspaces')
        }
        const { token, expiresAt } = await insertEmailToken(tx, account, 'reset')
        const entry = { workspaceId, actorId: actor.userId, targetKind: 'user', targetId: userId }
        await recordAudit(tx, { ...entry, action: 'password.link-made' })
        return { link: linkTo(`${pages.reset}#${token}`), expiresAt: expiresAt.toISOString() }
      })
    },
    /** Waits for the mails that are on their way. */
    async settle(): Promise<void> {
      await Promise.all(underWay)
    },
  }
}

export type EmailLinks = ReturnType<typeof createEmailLinks>
