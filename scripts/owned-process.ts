import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

const endTimeoutMs = 30_000

export type OwnedProcess = {
  stdout: Readable | null
  stderr: Readable | null
  /** How it ended, for people: `code 1`, `SIGKILL`. */
  ended: Promise<string>
  /** Asks it to end, and what is left of its group after a while is killed. Resolves when nothing is left. */
  end: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

type Options = {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** A file descriptor for what it prints, or `pipe` to read it here. */
  output: number | 'pipe'
  /** A folder of no use without the process. */
  removeAfter?: string
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C in a terminal reaches only us and we choose the order
 * in which things end. It never outlives this process, however this process ends.
 */
export async function startOwnedProcess(file: string, args: string[], options: Options): Promise<OwnedProcess> {
  const { cwd, env, output, removeAfter = '' } = options
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', output, output] })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  await once(child, 'spawn')
  const pid = pidOf(child)
  const watch = watchForOurEnd(pid, removeAfter)
  child.unref()
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    end: async (signal = 'SIGTERM') => {
      watch.kill('SIGKILL')
      await endGroup(pid, signal)
    },
  }
}

/** A shell that waits for the end of a pipe only this process holds open, and then does what `end` would have done. */
function watchForOurEnd(pid: number, removeAfter: string): ChildProcess {
  const script = `read -r _; kill "$0"
for _ in $(seq 300); do kill -0 -- "-$0" || break; sleep 0.1; done
kill -9 -- "-$0"
[ -z "$1" ] || rm -rf "$1"`
  const watch = spawn('/bin/sh', ['-c', script, String(pid), removeAfter], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watch.unref()
  if (watch.stdin instanceof Socket) watch.stdin.unref()
  return watch
}

async function endGroup(pid: number, signal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + endTimeoutMs
  // Only its first process is asked: it knows in which order to end the others, `node --watch` for one.
  send(pid, signal)
  while (send(-pid, 0)) {
    if (Date.now() > deadline) send(-pid, 'SIGKILL')
    await delay(20)
  }
}

/** Whether there was a process, or for a negative number a group, to take the signal. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} has no process id`)
  return child.pid
}
