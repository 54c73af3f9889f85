import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from './database.ts'
import { reasonOf } from './reason-of.ts'

interface Log {
  warn(context: object, message: string): void
}

interface Options {
  log: Log
  /** Away for longer, what `work` threw is thrown. Without it, it is waited for as long as it takes. */
  patienceMs?: number
}

const firstWaitMs = 500
const waitMsMax = 10_000
/** Looking up a name and connecting take less: what took longer had the database before it lost it. */
const connectMsMax = 30_000

/** Does `work`, which needs the database, and does it again for as long as the database is away. */
export async function untilDatabaseAnswers(work: () => Promise<void>, { log, patienceMs = Infinity }: Options) {
  let awaySinceMs = performance.now()
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, waitMsMax)) {
    const triedAtMs = performance.now()
    try {
      return await work()
    } catch (error) {
      const nowMs = performance.now()
      if (nowMs - triedAtMs > connectMsMax) {
        awaySinceMs = nowMs
        waitMs = firstWaitMs
      }
      const awayMs = Math.round(nowMs - awaySinceMs)
      if (!isDatabaseAway(error) || awayMs > patienceMs) throw error
      log.warn({ reason: reasonOf(error), awayMs, nextTryMs: waitMs }, 'the database is away; trying again')
      await delay(waitMs)
    }
  }
}
