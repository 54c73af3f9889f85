import { ownersOf } from './budget.ts'

/** Set aside so many times over, an amount fits even if other nodes spend meanwhile. */
const margin = 4
/** What was seen longer ago says nothing about what other nodes spent. */
const seenMs = 10_000
const ownersMax = 30_000

interface Seen {
  spendableMicros: number
  atMs: number
}

interface Call {
  tokenId: string
  groupId: string
  workspaceId: string
}

/** What this node last saw of balances, to tell calls that are certain to be admitted from those that must wait for it. */
export interface Comfort {
  /** Whether an amount can be expected to be admitted. */
  isComfortable(call: Call, amountMicros: number): boolean
  see(owner: string, spendableMicros: number): void
  /** Counts an amount that is about to be set aside, until the function it answers is called. */
  expect(call: Call, amountMicros: number): () => void
  forget(): void
}

export function createComfort(): Comfort {
  const seen = new Map<string, Seen>()
  const expected = new Map<string, number>()

  function add(owner: string, micros: number): void {
    const sum = (expected.get(owner) ?? 0) + micros
    if (sum === 0) expected.delete(owner)
    else expected.set(owner, sum)
  }

  return {
    isComfortable: (call, amountMicros) =>
      ownersOf(call).every((owner) => {
        const last = seen.get(owner)
        if (!last || performance.now() - last.atMs > seenMs) return false
        return last.spendableMicros - (expected.get(owner) ?? 0) >= amountMicros * margin
      }),
    see(owner, spendableMicros) {
      seen.delete(owner)
      seen.set(owner, { spendableMicros, atMs: performance.now() })
      if (seen.size <= ownersMax) return
      const oldest = seen.keys().next()
      if (!oldest.done) seen.delete(oldest.value)
    },
    expect(call, amountMicros) {
      const owners = ownersOf(call)
      for (const owner of owners) add(owner, amountMicros)
      return () => owners.forEach((owner) => add(owner, -amountMicros))
    },
    forget: () => seen.clear(),
  }
}
