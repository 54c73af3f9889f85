import { createHash, randomInt } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { and, eq, isNotNull, isNull, lt, or } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Encryption } from '../../platform/encryption.ts'
import type { AccountRecord } from './store.ts'
import { accounts, recoveryCodes } from './tables.ts'

/** RFC 6238 as every authenticator app knows it; a clock may be one step off on either side. */
const totp = { algorithm: 'SHA1', digits: 6, period: 30 }
const stepsOff = 1
const secretBytes = 20

const recoveryCodesMax = 10

/** No letter that is taken for another; 16 of them hold 80 bits, too many to try all against a copy of the hashes. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
const groups = 4
const groupLength = 4

const hashOf = (code: string) =>
  createHash('sha256')
    .update(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
    .digest('hex')

const contextOf = (accountId: string) => `account:${accountId}:totp`

type Guarded = Pick<AccountRecord, 'id' | 'totpSecret'>

/** Makes and checks the codes of second factors. */
export function createFactorCodes(encryption: Encryption) {
  const keyOf = ({ id, totpSecret }: Guarded): Secret | null =>
    totpSecret === null ? null : Secret.fromBase32(encryption.open(totpSecret, contextOf(id)))

  /** The time step a code belongs to, or null if it is wrong now. */
  function stepOf(account: Guarded, code: string): number | null {
    const secret = keyOf(account)
    if (!secret || !/^[0-9]{6}$/.test(code)) return null
    const timestamp = Date.now()
    const delta = TOTP.validate({ ...totp, token: code, secret, timestamp, window: stepsOff })
    return delta === null ? null : TOTP.counter({ period: totp.period, timestamp }) + delta
  }

  return {
    /** A new key: sealed for the database, and open for the app of its owner. */
    newKey({ id, email }: Pick<AccountRecord, 'id' | 'email'>) {
      const secret = new Secret({ size: secretBytes })
      const url = new TOTP({ ...totp, issuer: 'Parley', label: email, secret }).toString()
      return { sealed: encryption.seal(secret.base32, contextOf(id)), secret: secret.base32, url }
    },
    stepOf,
    /**
     * Whether a code is right, using it up: a code of the app or a recovery code is taken once, also of two requests at
     * the same moment, since the check and the use are one statement.
     */
    async use(db: Queryable, account: Guarded, code: string): Promise<boolean> {
      const step = stepOf(account, code)
      if (step !== null) {
        const [result] = await db
          .update(accounts)
          .set({ totpStep: step })
          .where(
            and(
              eq(accounts.id, account.id),
              isNotNull(accounts.totpEnabledAt),
              or(isNull(accounts.totpStep), lt(accounts.totpStep, step)),
            ),
          )
        return result.affectedRows > 0
      }
      const [result] = await db
        .update(recoveryCodes)
        .set({ usedAt: new Date() })
        .where(
          and(
            eq(recoveryCodes.accountId, account.id),
            eq(recoveryCodes.codeHash, hashOf(code)),
            isNull(recoveryCodes.usedAt),
          ),
        )
      return result.affectedRows > 0
    },
    /** Makes new recovery codes in place of all before; only their hashes are kept. */
    async renewRecoveryCodes(tx: Queryable, accountId: string): Promise<string[]> {
      const codes = Array.from({ length: recoveryCodesMax }, newRecoveryCode)
      await tx.delete(recoveryCodes).where(eq(recoveryCodes.accountId, accountId))
      await tx.insert(recoveryCodes).values(codes.map((code) => ({ accountId, codeHash: hashOf(code) })))
      return codes
    },
    recoveryCodesLeft: (db: Queryable, accountId: string): Promise<number> =>
      db.$count(recoveryCodes, and(eq(recoveryCodes.accountId, accountId), isNull(recoveryCodes.usedAt))),
  }
}

const newRecoveryCode = (): string =>
  Array.from({ length: groups }, () =>
    Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join(''),
  ).join('-')

export type FactorCodes = ReturnType<typeof createFactorCodes>
