import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway } from './database.ts'

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

/** A name that stands for several addresses, none of which answers, has no message of its own. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}

/** Does `work`, which needs the database, and does it again for as long as the database is away. */
export async function untilDatabaseAnswers(work: () => Promise<void>, { log, patienceMs = Infinity }: Options) {
  const beganMs = performance.now()
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, waitMsMax)) {
    try {
      return await work()
    } catch (error) {
      const awayMs = Math.round(performance.now() - beganMs)
      if (!isDatabaseAway(error) || awayMs > patienceMs) throw error
      log.warn({ reason: reasonOf(error), awayMs, nextTryMs: waitMs }, 'the database is away; trying again')
      await delay(waitMs)
    }
  }
}
