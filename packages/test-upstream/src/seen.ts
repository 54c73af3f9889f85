/** What came in, for tests that look behind the relay. */
export interface Seen {
  /** By model; calls without one count as ''. */
  requests: Record<string, number>
  /** By model: the client went away before it had everything. */
  aborted: Record<string, number>
  open: number
  /** Of bodies. */
  bytesWritten: number
}

export interface Counters {
  requests: Map<string, number>
  aborted: Map<string, number>
  open: number
  bytesWritten: number
}

/** Models counted one by one; the rest counts as 'others'. */
const modelsMax = 1000

export function createCounters(): Counters {
  return { requests: new Map(), aborted: new Map(), open: 0, bytesWritten: 0 }
}

export function count(counts: Map<string, number>, model: string): void {
  const name = counts.size < modelsMax || counts.has(model) ? model : 'others'
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

export function seenOf({ requests, aborted, open, bytesWritten }: Counters): Seen {
  return { requests: Object.fromEntries(requests), aborted: Object.fromEntries(aborted), open, bytesWritten }
}

/** Forgets all but what is still going on. */
export function resetCounters(counters: Counters): void {
  counters.requests.clear()
  counters.aborted.clear()
  counters.bytesWritten = 0
}
