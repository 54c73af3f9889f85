import { readFileSync } from 'node:fs'

type Ancestor = { pid: number; parent: number; command: string }

/**
 * Calls `then` once when npx or pnpm, by which a person started this script, is gone: a signal sent to npx alone ends
 * npx and leaves everything below it running. What stands above them may end as it likes (a shell, after `&`).
 */
export function whenLauncherEnds(then: () => void): void {
  const chain = launchers()
  const watch = setInterval(() => {
    if (chain.every(({ pid, parent }) => describe(pid)?.parent === parent)) return
    clearInterval(watch)
    then()
  }, 500)
  watch.unref()
}

/** From this process up to, without, the topmost launcher; each with the parent it must keep. Empty without `/proc`. */
function launchers(): Ancestor[] {
  const chain: Ancestor[] = []
  let top = 0
  for (let at = describe(process.pid); at && at.parent > 1 && chain.length < 8; at = describe(at.parent)) {
    if (/^\S*node\S* \S*pnpm/.test(at.command) || /^npm exec |^\S*node\S* \S*npx/.test(at.command)) top = chain.length
    chain.push(at)
  }
  return chain.slice(0, top)
}

function describe(pid: number): Ancestor | undefined {
  try {
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return { pid, parent: Number(fields[1]), command }
  } catch {
    return undefined
  }
}
