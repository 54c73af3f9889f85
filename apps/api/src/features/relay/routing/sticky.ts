import { hash } from 'node:crypto'
import { foremost, type Candidate } from './choose.ts'

/** A number between 0 and 1, the same for the same text. */
function numberOf(text: string): number {
  return (Number.parseInt(hash('sha256', text).slice(0, 12), 16) + 1) / (2 ** 48 + 1)
}

/**
 * Chooses the same channel for the same conversation while it is available, so that the provider's cache of the prompt is
 * used. By weighted rendezvous hashing: where a channel comes or goes, only the conversations that it gets or had move.
 */
export function stickyChannel<C extends Candidate>(
  candidates: readonly C[],
  conversation: string,
  choice: Parameters<typeof foremost>[1],
): C | null {
  let chosen: C | null = null
  let best = -Infinity
  for (const candidate of foremost(candidates, choice)) {
    const score = (candidate.weight || 1) / -Math.log(numberOf(`${candidate.id} ${conversation}`))
    if (score > best) [chosen, best] = [candidate, score]
  }
  return chosen
}
