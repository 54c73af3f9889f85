import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'

/** A program of the API in a process of its own, as it runs in production. */
export interface Program {
  child: ChildProcess
  /** What it wrote to stdout and stderr. */
  lines: string[]
  /** Waits until it has written a line that holds `text`; answers the line. */
  said(text: string): Promise<string>
  /** How it ended: code and signal. */
  ended: Promise<unknown[]>
  /** Where its log files are. */
  logDir: string
  /** Ends it, however it is, and removes its files. */
  clear(): Promise<void>
}

/** Starts one, `main` or another, of this version or of that in `dir`; `settings` are environment variables. */
export async function startProgram(
  settings: Record<string, string>,
  name = 'main',
  dir = join(import.meta.dirname, '..'),
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-program-'))
  const logDir = join(folder, 'logs')
  const secret = 'x'.repeat(40)
  const child = spawn(process.execPath, [`src/${name}.ts`], {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      DATA_DIR: folder,
      LOG_DIR: logDir,
      JWT_SECRET: secret,
      ENCRYPTION_KEY: secret,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line))
  return {
    child,
    lines,
    ended,
    logDir,
    async said(text) {
      const isSaid = () => lines.find((line) => line.includes(text))
      await expect.poll(isSaid, { timeout: 45_000, message: `a line with ${text}` }).toBeDefined()
      return isSaid() ?? ''
    },
    async clear() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}
