import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second: `getconf CLK_TCK`. */
const tickUs = 10_000

/** CPU time of processes so far, user and system together, in microseconds. */
export function cpuUs(pids: readonly number[]): number {
  return pids.reduce((total, pid) => {
    // The name in parentheses may hold spaces; fields 14 and 15 are counted from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return total + (Number(fields[11]) + Number(fields[12])) * tickUs
  }, 0)
}

/** Memory of a process that is really there, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

/** The process whose command line and environment hold these texts. */
export function findPid(commandLine: string, environment = ''): number {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const isIt =
        readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(commandLine) &&
        readFileSync(`/proc/${entry}/environ`, 'utf8').includes(environment)
      if (isIt && Number(entry) !== process.pid) return Number(entry)
    } catch (error) {
      // Processes end while we look, and those of others may not be read.
      if (!(error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'ESRCH'].includes(String(error.code))))
        throw error
    }
  }
  throw new Error(`no process runs ${commandLine}`)
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Runs `work` again and again until the time is over; answers how often. `atOnce` of them run side by side. */
export async function repeatFor(
  seconds: number,
  atOnce: number,
  work: (worker: number) => Promise<void>,
): Promise<number> {
  const untilMs = performance.now() + seconds * 1_000
  let done = 0
  await Promise.all(
    Array.from({ length: atOnce }, async (_, worker) => {
      while (performance.now() < untilMs) {
        await work(worker)
        done += 1
      }
    }),
  )
  return done
}
