import type { ResponseOf } from '@parley/protocol/contract'
import type { beginTotp, enableTotp } from '@parley/protocol/identity'
import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict } from '../../platform/http/errors.ts'
import { auditAccount } from './account-audit.ts'
import type { FactorCodes } from './factor-codes.ts'
import type { Passwords } from './passwords.ts'
import { type SignIn, wrongCode } from './sign-in.ts'
import * as store from './store.ts'
import { accounts, recoveryCodes } from './tables.ts'

interface SecondFactorDependencies {
  db: Database
  codes: FactorCodes
  passwords: Passwords
  signIn: Pick<SignIn, 'guarded' | 'guardedCode'>
}

interface Proof {
  password: string
  code: string
}

/** Turning the second factor of one's own account on and off. */
export function createSecondFactor({ db, codes, passwords, signIn }: SecondFactorDependencies) {
  const requirePassword = (account: store.AccountRecord, password: string, address: string) =>
    signIn.guarded(`id:${account.id}`, address, () => passwords.verify(account.passwordHash, password))

  /** The actor's account, if it has a second factor and its owner is proven to be here. */
  async function prove(actor: Actor, { password, code }: Proof, address: string): Promise<store.AccountRecord> {
    const account = await store.requireAccountOf(db, actor.userId)
    await requirePassword(account, password, address)
    if (account.totpEnabledAt === null) throw notEnabled()
    await signIn.guardedCode(account, address, () => codes.use(db, account, code))
    return account
  }

  return {
    /** Proposes a key. One proposed before and never confirmed is forgotten. */
    async begin(actor: Actor, password: string, address: string): Promise<ResponseOf<typeof beginTotp>> {
      const account = await store.requireAccountOf(db, actor.userId)
      await requirePassword(account, password, address)
      const { sealed, secret, url } = codes.newKey(account)
      const [result] = await db
        .update(accounts)
        .set({ totpSecret: sealed, totpStep: null })
        .where(and(eq(accounts.id, account.id), isNull(accounts.totpEnabledAt)))
      if (result.affectedRows === 0) throw conflict('The second factor is on already.', 'totp-enabled')
      return { secret, url }
    },
    /** Turns it on with the first code, which shows that the app has the key. */
    async enable(actor: Actor, code: string, address: string): Promise<ResponseOf<typeof enableTotp>> {
      const account = await store.requireAccountOf(db, actor.userId)
      const { totpSecret } = account
      if (account.totpEnabledAt !== null) throw conflict('The second factor is on already.', 'totp-enabled')
      if (totpSecret === null) throw conflict('Ask for a key first.', 'totp-not-begun')
      const step = codes.stepOf(account, code)
      await signIn.guardedCode(account, address, async () => step !== null)
      return db.transaction(async (tx) => {
        const [result] = await tx
          .update(accounts)
          .set({ totpEnabledAt: new Date(), totpStep: step })
          // Another key may have been proposed meanwhile, and this code says nothing of that one.
          .where(and(eq(accounts.id, account.id), eq(accounts.totpSecret, totpSecret), isNull(accounts.totpEnabledAt)))
        if (result.affectedRows === 0) throw wrongCode()
        await auditAccount(tx, account.id, 'totp.enabled')
        return { recoveryCodes: await codes.renewRecoveryCodes(tx, account.id) }
      })
    },
    async disable(actor: Actor, proof: Proof, address: string): Promise<void> {
      const { id } = await prove(actor, proof, address)
      await db.transaction(async (tx) => {
        const [result] = await tx
          .update(accounts)
          .set({ totpSecret: null, totpEnabledAt: null, totpStep: null })
          .where(and(eq(accounts.id, id), isNotNull(accounts.totpEnabledAt)))
        if (result.affectedRows === 0) throw notEnabled()
        await tx.delete(recoveryCodes).where(eq(recoveryCodes.accountId, id))
        await auditAccount(tx, id, 'totp.disabled')
      })
    },
    async renewRecoveryCodes(actor: Actor, proof: Proof, address: string): Promise<ResponseOf<typeof enableTotp>> {
      const { id } = await prove(actor, proof, address)
      return db.transaction(async (tx) => {
        await auditAccount(tx, id, 'totp.recovery-renewed')
        return { recoveryCodes: await codes.renewRecoveryCodes(tx, id) }
      })
    },
  }
}

const notEnabled = () => conflict('There is no second factor to change.', 'totp-disabled')

export type SecondFactor = ReturnType<typeof createSecondFactor>
