import { randomUUID } from 'node:crypto'
import type { Ledger } from '../accounting/ledger.ts'
import type { Reservation } from '../accounting/settlement.ts'
import { RelayRefusal } from '../refusals.ts'
import { reservationOf } from './admission.ts'
import type { Call } from './call.ts'

/** Sets aside more as a session goes on, since nobody knows at its beginning how long it will be. */
export interface SessionBudget {
  /** Sees to it that what was spent is set aside. Answers the refusal if a quota does not cover it. */
  cover(spentMicros: number): Promise<RelayRefusal | null>
  /** Gives back what was set aside on the way. The first amount is given back with the bill. */
  release(): void
}

/**
 * Makes the budget of a session. Each amount beyond the first has a name of its own; its `inputMicros` is what was spent
 * beyond those before it, so that a session whose server dies is billed for what it had used by then.
 */
export function createSessionBudget(ledger: Ledger, call: Call, first: Reservation): SessionBudget {
  const renewals: Reservation[] = []
  let reservedMicros = first.amountMicros
  let isCovering = false

  async function renew(missingMicros: number): Promise<void> {
    const renewal = reservationOf(call, {
      requestId: randomUUID(),
      node: first.node,
      inputTokens: 0,
      inputMicros: missingMicros,
      amountMicros: missingMicros + Math.max(first.amountMicros, missingMicros),
    })
    await ledger.reserve(renewal)
    renewals.push(renewal)
    reservedMicros += renewal.amountMicros
  }

  return {
    async cover(spentMicros) {
      if (isCovering || spentMicros <= reservedMicros) return null
      isCovering = true
      try {
        await renew(spentMicros - reservedMicros)
        return null
      } catch (error) {
        // A database that is away for a moment ends no session: the next answer asks again.
        if (error instanceof RelayRefusal) return error.code === 'overloaded' ? null : error
        throw error
      } finally {
        isCovering = false
      }
    },
    release: () => renewals.forEach((renewal) => void ledger.release(renewal)),
  }
}
