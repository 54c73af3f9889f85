import { cacheRequests } from './metrics.ts'

/** Answers kept in memory for a while, so that a question asked all the time costs nothing. */
export interface AnswerCache<Answer> {
  /** The kept answer, or a new one from `load`. */
  get(key: string, load: () => Promise<Answer>): Promise<Answer>
  /** Forgets an answer, because what it was made of has changed. */
  drop(key: string): void
  /** Forgets everything. */
  clear(): void
}

interface Entry<Answer> {
  answer: Promise<Answer>
  expiresAtMs: number
}

/**
 * Makes a cache of at most `entriesMax` answers, each kept for `keptMs`. What is kept is the promise of an answer: who
 * asks at the same time shares one question, and an entry dropped while its question is still under way takes the
 * outdated answer with it.
 */
export function createAnswerCache<Answer>({
  name,
  keptMs,
  entriesMax,
}: {
  /** What its hits and misses are counted under. */
  name: string
  keptMs: number
  entriesMax: number
}): AnswerCache<Answer> {
  const entries = new Map<string, Entry<Answer>>()

  function dropOldest(): void {
    const oldest = entries.keys().next()
    if (!oldest.done) entries.delete(oldest.value)
  }

  return {
    get(key, load) {
      const nowMs = performance.now()
      const known = entries.get(key)
      const isHit = known !== undefined && known.expiresAtMs > nowMs
      cacheRequests.inc({ cache: name, outcome: isHit ? 'hit' : 'miss' })
      if (isHit) return known.answer
      const entry = { answer: load(), expiresAtMs: nowMs + keptMs }
      entries.delete(key)
      entries.set(key, entry)
      if (entries.size > entriesMax) dropOldest()
      // A failure is told to those who asked, and not kept.
      entry.answer.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      return entry.answer
    },
    drop: (key) => void entries.delete(key),
    clear: () => entries.clear(),
  }
}
