import type { Call } from './call.ts'

/** Calls that are being served. */
export interface UnderWay {
  /** Notes a call, until what is answered is called. */
  enter(call: Breakable): () => void
  /** Waits a while for the calls to end, then breaks them off. Each of them tells its client, and is billed. */
  close(): Promise<void>
}

/** What can be broken off. */
type Breakable = Pick<Call, 'abort' | 'isGivenUp'>

/** Short answers end by themselves in this time. */
const graceMs = 5_000
/** Calls that were broken off end at once, but for a database that does not answer. */
const brokenOffMs = 1_000

function breakOff(call: Breakable): void {
  call.isGivenUp = true
  call.abort?.('closing')
}

export function createUnderWay(): UnderWay {
  const calls = new Set<Breakable>()
  let isOver = false
  let onEmpty: (() => void) | undefined

  async function emptied(withinMs: number): Promise<void> {
    if (calls.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, withinMs)
    onEmpty = resolve
    await promise
    clearTimeout(timer)
  }

  return {
    enter(call) {
      calls.add(call)
      if (isOver) breakOff(call)
      return () => {
        calls.delete(call)
        if (calls.size === 0) onEmpty?.()
      }
    },
    async close() {
      await emptied(graceMs)
      isOver = true
      for (const call of calls) breakOff(call)
      await emptied(brokenOffMs)
    },
  }
}
