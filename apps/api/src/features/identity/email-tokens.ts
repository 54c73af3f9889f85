import { and, eq, gt, isNull, lt } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import { AppError } from '../../platform/http/errors.ts'
import { hashToken, newToken } from '../../platform/secret-token.ts'
import type { AccountRecord } from './store.ts'
import { accounts, emailTokens } from './tables.ts'

type Purpose = (typeof emailTokens.$inferSelect)['purpose']

const lifetimeMs: Record<Purpose, number> = { verify: 24 * 60 * 60_000, reset: 60 * 60_000 }

/** Used, expired, replaced and made up are one refusal: nobody learns which links there were. */
const spentLink = () =>
  new AppError('NOT_FOUND', 'This link does not work any more. Ask for a new one.', {
    details: { reason: 'link-spent' },
  })

/** Makes the token of a link; only its hash is kept. */
export async function insertEmailToken(
  db: Queryable,
  { id: accountId, email }: Pick<AccountRecord, 'id' | 'email'>,
  purpose: Purpose,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken()
  const createdAt = new Date()
  const expiresAt = new Date(createdAt.getTime() + lifetimeMs[purpose])
  await db.insert(emailTokens).values({ tokenHash: hashToken(token), accountId, email, purpose, createdAt, expiresAt })
  return { token, expiresAt }
}

const stillWorks = (token: string, purpose: Purpose) =>
  and(
    eq(emailTokens.tokenHash, hashToken(token)),
    eq(emailTokens.purpose, purpose),
    isNull(emailTokens.usedAt),
    gt(emailTokens.expiresAt, new Date()),
  )

/** Throws unless a link works, without using it up. */
export async function requireEmailToken(db: Queryable, token: string, purpose: Purpose): Promise<void> {
  if ((await db.$count(emailTokens, stillWorks(token, purpose))) === 0) throw spentLink()
}

/** Uses a link up and answers whose it is; check and use are one statement, so of two at once one is refused. */
export async function useEmailToken(tx: Queryable, token: string, purpose: Purpose): Promise<AccountRecord> {
  const [result] = await tx.update(emailTokens).set({ usedAt: new Date() }).where(stillWorks(token, purpose))
  if (result.affectedRows === 0) throw spentLink()
  const [row] = await tx
    .select({ account: accounts })
    .from(emailTokens)
    // An address that was changed since is proven by no link sent to the one before.
    .innerJoin(accounts, and(eq(accounts.id, emailTokens.accountId), eq(accounts.email, emailTokens.email)))
    .where(eq(emailTokens.tokenHash, hashToken(token)))
  if (!row) throw spentLink()
  return row.account
}

/** Makes every link of an account that was not used yet useless. */
export async function dropEmailTokens(db: Queryable, accountId: string, purpose: Purpose): Promise<void> {
  await db
    .delete(emailTokens)
    .where(and(eq(emailTokens.accountId, accountId), eq(emailTokens.purpose, purpose), isNull(emailTokens.usedAt)))
}

/** Removes links that ran out. */
export async function sweepEmailTokens(db: Queryable): Promise<void> {
  await db.delete(emailTokens).where(lt(emailTokens.expiresAt, new Date()))
}
