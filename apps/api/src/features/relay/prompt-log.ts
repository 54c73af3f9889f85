import { setImmediate as nextTurn } from 'node:timers/promises'
import { lt } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import { relayPromptsLost } from '../../platform/metrics.ts'
import { checkText, compileGuardrail, redacted } from './guardrails/engine.ts'
import type { RelayWishes } from './settings.ts'
import { relayPromptLogs } from './tables.ts'
import type { WorkspaceMemory } from './workspace-memory.ts'

/** What was asked and answered in a call. */
export interface PromptRecord {
  requestId: string
  workspaceId: string
  request: string
  answer: string
}

interface PromptLogDependencies {
  db: Database
  wishesOf: WorkspaceMemory<RelayWishes>
  log: { error(context: object, message: string): void; warn(context: object, message: string): void }
}

const keptBytesMax = 64 * 1024
/** What is looked at behind the end: a secret that stands across it is seen whole. */
const behindEnd = 4 * 1024
const waitingMax = 500
const waitingCharactersMax = 32 * 1024 * 1024
const batch = 20
const sweepBatch = 1_000
const dayMs = 86_400_000
const hourMs = 3_600_000
const lossesToldEveryMs = 60_000

/** What nobody who reads the log is to learn. */
const secrets = compileGuardrail({
  name: 'secrets',
  kind: 'pattern',
  action: 'redact',
  direction: 'both',
  matches: [
    // Keys of providers and of this relay, by their beginnings.
    String.raw`\b(?:sk|pk|rk|ak|key|token)[-_][A-Za-z0-9_-]{16,}`,
    String.raw`\b(?:AIza|ya29\.|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hf_|AKIA|ASIA)[A-Za-z0-9_-]{12,}`,
    String.raw`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*`,
    String.raw`(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`,
    String.raw`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`,
    String.raw`(?i)\b(?:api[-_]?key|secret|password|passwd|access[-_]?token)\\?["']?\s*[:=]\s*\\?["']?[^\s"',;\\}]{6,}`,
    String.raw`(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`,
    // Cards and accounts, also in groups.
    String.raw`\b\d(?:[ -]?\d){11,}\b`,
  ],
})

/** At most `bytes` of UTF-8, no character cut in halves. */
function cap(text: string, bytes: number): string {
  const whole = Buffer.from(text)
  if (whole.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return whole.toString('utf8', 0, end)
}

/** What of a text is looked at. A copy: a part of a long text would hold all of it in memory while it waits. */
const head = (text: string): string =>
  text.length <= keptBytesMax + behindEnd ? text : Buffer.from(text.slice(0, keptBytesMax + behindEnd)).toString()

/** A text as it may be kept. */
export function keepable(text: string): string {
  const verdict = checkText(secrets, head(text))
  return verdict.ok ? cap(verdict.text, keptBytesMax) : redacted
}

/**
 * Keeps what is asked and answered, for workspaces that want it, redacted and for their days. It follows the answer and never
 * holds it up: where it cannot keep up, records are lost, which is counted and said.
 */
export function createPromptLog({ db, wishesOf, log }: PromptLogDependencies) {
  let waiting: PromptRecord[] = []
  let waitingCharacters = 0
  let writing: Promise<void> | undefined
  let lost = 0
  let lossesToldAtMs = -Infinity
  let sweepTimer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined

  const lengthOf = ({ request, answer }: PromptRecord) => request.length + answer.length

  function lose(count: number, cause: object): void {
    relayPromptsLost.inc(count)
    lost += count
    const nowMs = performance.now()
    if (nowMs - lossesToldAtMs < lossesToldEveryMs) return
    lossesToldAtMs = nowMs
    log.warn({ ...cause, lost }, 'prompts that were to be kept are lost')
    lost = 0
  }

  async function rowsOf(records: PromptRecord[]) {
    const rows: (typeof relayPromptLogs.$inferInsert)[] = []
    for (const { requestId, workspaceId, request, answer } of records) {
      const { promptLogDays } = await wishesOf(workspaceId)
      // Turned off since: then it is not kept.
      if (promptLogDays === 0) continue
      const expiresAt = new Date(Date.now() + promptLogDays * dayMs)
      rows.push({ requestId, workspaceId, request: keepable(request), answer: keepable(answer), expiresAt })
      // Redacting takes a moment, and calls go first.
      await nextTurn()
    }
    return rows
  }

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const records = waiting.slice(0, batch)
      waiting = waiting.slice(batch)
      try {
        const rows = await rowsOf(records)
        if (rows.length > 0) await db.insert(relayPromptLogs).ignore().values(rows)
      } catch (error) {
        lose(records.length, { err: error })
      }
      for (const record of records) waitingCharacters -= lengthOf(record)
    }
    writing = undefined
  }

  async function sweep(): Promise<void> {
    for (let isFull = true; isFull;) {
      const [result] = await db
        .delete(relayPromptLogs)
        .where(lt(relayPromptLogs.expiresAt, new Date()))
        .limit(sweepBatch)
      isFull = result.affectedRows === sweepBatch
    }
  }

  function runSweep(): void {
    sweeping = sweep().catch((error: unknown) => log.error({ err: error }, 'expired prompts could not be deleted'))
  }

  return {
    /** Whether a workspace wants its prompts kept: asked before anything is gathered. */
    isWanted(workspaceId: string): boolean | Promise<boolean> {
      const wishes = wishesOf(workspaceId)
      return wishes instanceof Promise
        ? wishes.then(({ promptLogDays }) => promptLogDays > 0)
        : wishes.promptLogDays > 0
    },
    /** Takes a record of a workspace that wants it; it is written when there is time. */
    keep(record: PromptRecord): void {
      const short = { ...record, request: head(record.request), answer: head(record.answer) }
      if (waiting.length >= waitingMax || waitingCharacters + lengthOf(short) > waitingCharactersMax) return lose(1, {})
      waiting.push(short)
      waitingCharacters += lengthOf(short)
      writing ??= write()
    },
    /** Begins to delete what has expired. */
    start(): void {
      runSweep()
      sweepTimer = setInterval(runSweep, hourMs)
      sweepTimer.unref()
    },
    /** Waits until everything is written. */
    async close(): Promise<void> {
      clearInterval(sweepTimer)
      await writing
      await sweeping
    },
  }
}
