/** What of a channel decides whether it is chosen. */
export interface Candidate {
  id: string
  priority: number
  weight: number
}

interface Choice {
  /** Share of the attempts that failed, from 0 to 1. */
  errorRateOf: (channelId: string) => number
  isAvailable: (channelId: string) => boolean
  random: () => number
  /** Channels that have failed this call already. */
  tried: ReadonlySet<string>
}

/**
 * The candidates the choice is among: of those that are available and were not tried, the ones of the highest priority. One
 * of weight 0 is among them only where there is no other.
 */
export function foremost<C extends Candidate>(
  candidates: readonly C[],
  { isAvailable, tried }: Pick<Choice, 'isAvailable' | 'tried'>,
): C[] {
  const open = candidates.filter(({ id }) => !tried.has(id) && isAvailable(id))
  const priority = Math.max(...open.map((candidate) => candidate.priority))
  const highest = open.filter((candidate) => candidate.priority === priority)
  const weighted = highest.filter(({ weight }) => weight > 0)
  return weighted.length > 0 ? weighted : highest
}

/** Keeps a channel without errors from being chosen infinitely more often than one with a few. */
const errorRateFloor = 0.1

/** Chooses a channel for an attempt: by priority, then by weight over (error rate + 0.1) squared. Null if none is left. */
export function chooseChannel<C extends Candidate>(candidates: readonly C[], choice: Choice): C | null {
  const open = foremost(candidates, choice)
  if (open.length <= 1) return open[0] ?? null
  const shares = open.map(({ id, weight }) => (weight || 1) / (choice.errorRateOf(id) + errorRateFloor) ** 2)
  let left = choice.random() * shares.reduce((sum, share) => sum + share, 0)
  for (const [index, share] of shares.entries()) {
    left -= share
    if (left < 0) return open[index] ?? null
  }
  return open.at(-1) ?? null
}
