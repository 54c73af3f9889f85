/** Runs work a few at a time, the rest in order of arrival. */
export interface Limiter {
  /** Throws what `refuse` makes when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>
}

interface LimiterOptions {
  concurrency: number
  queueMax: number
  refuse: () => Error
}

export function createLimiter({ concurrency, queueMax, refuse }: LimiterOptions): Limiter {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async run(work) {
      if (running >= concurrency) {
        if (waiting.length >= queueMax) throw refuse()
        // Whoever ends hands its place over, so `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else running += 1
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
