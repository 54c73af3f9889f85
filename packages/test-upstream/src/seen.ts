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

export function emptySeen(): Seen {
  return { requests: {}, aborted: {}, open: 0, bytesWritten: 0 }
}

export function countIn(counts: Record<string, number>, model: string): void {
  counts[model] = (counts[model] ?? 0) + 1
}

/** Forgets all but what is still going on. */
export function resetSeen(seen: Seen): void {
  Object.assign(seen, emptySeen(), { open: seen.open })
}
