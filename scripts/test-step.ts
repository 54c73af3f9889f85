import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts'

export const root = resolve(import.meta.dirname, '..')
const stepTimeoutMs = 20 * 60_000

export type Count = { passed: number; failed: number }

/** One part of the test run. A check that finds nothing wrong counts as one passed test. */
export type Step = {
  name: string
  /** The step whose result it works on. */
  after?: string
  run: () => Promise<Count>
}

/** Runs a program of this repository with its output shown. Answers whether it exited with 0 in time. */
export async function succeeds(bin: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const cwd = resolve(root, options.cwd ?? '.')
  const file = bin === 'node' ? process.execPath : resolve(cwd, 'node_modules/.bin', bin)
  const env = { ...process.env, ...options.env }
  const started = await startOwnedProcess(file, args, { cwd, env, output: 1 })
  return (await endedInTime(started, `${bin} ${args.join(' ')}`)) === 'code 0'
}

async function endedInTime(started: OwnedProcess, what: string): Promise<string> {
  const { promise: late, resolve: giveUp } = Promise.withResolvers<string>()
  const timer = setTimeout(() => giveUp('late'), stepTimeoutMs)
  const how = await Promise.race([started.ended, late])
  clearTimeout(timer)
  if (how === 'late') {
    console.log(`${what} was stopped after ${stepTimeoutMs / 60_000} minutes`)
    await started.end('SIGKILL')
  }
  return how
}

/** A step of programs that each only say yes or no. */
export function check(name: string, commands: [bin: string, ...args: string[]][], after?: string): Step {
  return {
    name,
    after,
    run: async () => {
      const count = { passed: 0, failed: 0 }
      for (const [bin, ...args] of commands) count[(await succeeds(bin, args)) ? 'passed' : 'failed'] += 1
      return count
    },
  }
}

/** A report a test runner should have written; without it, the runner did not come to its end. */
export async function readReport<T>(file: string): Promise<T | undefined> {
  try {
    const report: T = JSON.parse(await readFile(file, 'utf8'))
    return report
  } catch (error) {
    console.log(`no report: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** What a runner reported, mistrusted: a run that ended badly, or ran nothing, has failed at something. */
export function counted(reported: Count | undefined, ok: boolean): Count {
  const { passed, failed } = reported ?? { passed: 0, failed: 0 }
  return { passed, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed }
}
