import type { RelayToken } from '@parley/protocol/relay'
import { eq } from 'drizzle-orm'
import type { Queryable } from '../../../platform/database.ts'
import { notFound } from '../../../platform/http/errors.ts'
import { users } from '../../identity/tables.ts'
import { ownerOf, readBalances } from '../accounting/balances.ts'
import { relayGroups, relayTokens, type TokenOptions } from '../tables.ts'
import { budgetOf } from './budget.ts'

type TokenRow = typeof relayTokens.$inferSelect

const shownOptions = ({ cacheTtlSeconds }: TokenOptions): RelayToken['options'] =>
  cacheTtlSeconds === undefined ? {} : { cache_ttl_seconds: cacheTtlSeconds }

interface Found {
  token: TokenRow
  group: string
  ownerName: string | null
}

/** Tokens with what is told beside them. */
export const selectTokens = (db: Queryable) =>
  db
    .select({ token: relayTokens, group: relayGroups.name, ownerName: users.displayName })
    .from(relayTokens)
    .innerJoin(relayGroups, eq(relayGroups.id, relayTokens.groupId))
    .leftJoin(users, eq(users.id, relayTokens.ownerId))

/** Tokens as they are told; so many statements for any number of them. */
export async function viewTokens(db: Queryable, rows: Found[]): Promise<RelayToken[]> {
  const balances = await readBalances(
    db,
    rows.map(({ token }) => ownerOf.token(token.id)),
  )
  const now = Date.now()
  return rows.map(({ token, group, ownerName }) => {
    const balance = balances.get(ownerOf.token(token.id))
    if (!balance) throw new Error(`no balance was read of token ${token.id}`)
    const previousKeyUntil = token.previousKeyUntil?.getTime() ?? 0
    return {
      id: token.id,
      group,
      name: token.name,
      key_shown: token.keyShown,
      previous_key_until: previousKeyUntil > now ? previousKeyUntil : null,
      status: token.status,
      owner: token.ownerId === null ? null : { id: token.ownerId, name: ownerName ?? '' },
      expired_at: token.expiresAt?.getTime() ?? null,
      models: token.models,
      subnets: token.subnets,
      rpm: token.rpm,
      tpm: token.tpm,
      concurrency: token.concurrency,
      ...budgetOf(balance),
      options: shownOptions(token.options),
      created_at: token.createdAt.getTime(),
    }
  })
}

/** One token as it is told. */
export async function viewToken(db: Queryable, tokenId: string): Promise<RelayToken> {
  const [token] = await viewTokens(db, await selectTokens(db).where(eq(relayTokens.id, tokenId)))
  if (!token) throw notFound('This token')
  return token
}
