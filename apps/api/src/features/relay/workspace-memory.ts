import type { EventBus } from '../../platform/events.ts'
import type { RelayEvents, RelayKind } from './events.ts'

/** What is kept in memory of each workspace: answered at once if it is known, and by a promise while it is read. */
export type WorkspaceMemory<Value> = (workspaceId: string) => Value | Promise<Value>

interface MemoryOptions<Value> {
  events: EventBus<RelayEvents>
  /** What is read anew when this changes. */
  kind: RelayKind
  load: (workspaceId: string) => Promise<Value>
}

const workspacesMax = 5_000

/** Keeps something of each workspace in memory until it changes. */
export function createWorkspaceMemory<Value extends object>({
  events,
  kind,
  load,
}: MemoryOptions<Value>): WorkspaceMemory<Value> {
  const kept = new Map<string, Value | Promise<Value>>()

  events.onEveryNode('relay.changed', (changed) => {
    if (changed.kind === kind) kept.delete(changed.workspaceId)
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
      if (value) kept.set(workspaceId, value)
      else kept.delete(workspaceId)
    }
    reading.then(settle, () => settle(null))
    return reading
  }

  return (workspaceId) => kept.get(workspaceId) ?? read(workspaceId)
}
