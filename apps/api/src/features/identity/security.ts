import type { Security } from '@parley/protocol/identity'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { Mailer } from '../../platform/mail.ts'
import type { FactorCodes } from './factor-codes.ts'
import { requireAccountOf } from './store.ts'

interface SecurityDependencies {
  db: Database
  codes: FactorCodes
  mailer: Mailer
}

/** How well the actor's own account is guarded. */
export const createSecurity =
  ({ db, codes, mailer }: SecurityDependencies) =>
  async ({ userId }: Actor): Promise<Security> => {
    const { id, emailVerifiedAt, totpEnabledAt } = await requireAccountOf(db, userId)
    return {
      emailVerified: emailVerifiedAt !== null,
      mailEnabled: mailer.enabled,
      totpEnabled: totpEnabledAt !== null,
      recoveryCodesLeft: await codes.recoveryCodesLeft(db, id),
    }
  }
