import type { EventBus } from '../../platform/events.ts'
import type { RelayEvents, RelayKind } from './events.ts'

/** What is kept in memory of each workspace: answered at once if it is known, and by a promise while it is read. */
export type WorkspaceMemory<Value> = (workspaceId: string) => Value | Promise<Value>

interface MemoryOptions<Value> {
  events: EventBus<RelayEvents>
  /** What is read anew when one of these changes. */
  kinds: readonly RelayKind[]
  load: (workspaceId: string) => Promise<Value>
}

interface Kept<Value> {
  value: Value
  expiresAtMs: number
}

const workspacesMax = 5_000

/** A change on another node whose telling was lost is noticed after this. */
const keptMs = 60_000

/** Keeps something of each workspace in memory until it changes. */
export function createWorkspaceMemory<Value extends object>({
  events,
  kinds,
  load,
}: MemoryOptions<Value>): WorkspaceMemory<Value> {
  const kept = new Map<string, Kept<Value> | Promise<Value>>()

  events.onEveryNode('relay.changed', ({ workspaceId, kind }) => {
    if (kinds.includes(kind)) kept.delete(workspaceId)
  })
  events.onMissed(() => kept.clear())

  /** Who asks at the same time shares one question; one that a change overtook is answered, and not kept. */
  function read(workspaceId: string): Promise<Value> {
    const reading = load(workspaceId)
    kept.set(workspaceId, reading)
    const oldest = kept.keys().next()
    if (kept.size > workspacesMax && !oldest.done) kept.delete(oldest.value)
    const settle = (value: Value | null) => {
      if (kept.get(workspaceId) !== reading) return
      if (value) kept.set(workspaceId, { value, expiresAtMs: performance.now() + keptMs })
      else kept.delete(workspaceId)
    }
    reading.then(settle, () => settle(null))
    return reading
  }

  return (workspaceId) => {
    const known = kept.get(workspaceId)
    if (known instanceof Promise) return known
    return known && known.expiresAtMs > performance.now() ? known.value : read(workspaceId)
  }
}

/** Looks into what is kept of a workspace: at once where it is known. */
export function lookInto<Value extends object, Found>(
  kept: Value | Promise<Value>,
  find: (value: Value) => Found,
): Found | Promise<Found> {
  return kept instanceof Promise ? kept.then(find) : find(kept)
}
