import { createSettings, type Settings } from './config-reload.ts'
import { loadConfig } from './config.ts'
import { reasonOf } from './platform/reason-of.ts'

/**
 * Reads the settings and runs a program on them. What stops it is told in plain lines, and ends the process with code 1.
 * A program loads what is large in `run`: bad settings are then told before anything is there that could hold up the end.
 */
export async function runProgram(run: (settings: Settings) => Promise<void>): Promise<void> {
  try {
    await run(createSettings(() => loadConfig(process.env)))
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`, () => process.exit(1))
  }
}

/** What was thrown for whoever runs the server is its message and its causes; where in the program it was thrown is no help. */
function describe(error: unknown): string {
  const reason = reasonOf(error)
  return error instanceof Error && error.cause !== undefined ? `${reason}\n  ${describe(error.cause)}` : reason
}
