import { EventEmitter } from 'node:events'
import type { ClusterBus } from './cluster.ts'

/** Says what happened, after it was committed. Listeners must not throw: they are told, not asked. */
export interface EventBus<Events extends object> {
  emit<N extends keyof Events & string>(name: N, event: Events[N] & object): void
  /** The same, and resolves once the event is on its way to every other node, or cannot be told to them. */
  announce<N extends keyof Events & string>(name: N, event: Events[N] & object): Promise<void>
  /** Hears what happened on this node: for what is done once, such as telling the sockets of all nodes. */
  on<N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void): void
  /** Hears what happened on any node: for what every node does for itself, such as forgetting an answer it keeps. */
  onEveryNode<N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void): void
  /** Runs where events of other nodes may have been missed, so that what they would have dropped is dropped. */
  onMissed(listener: () => void): void
}

/**
 * Makes a bus; `onError` hears of a listener that threw, so that one broken listener does not silence the others. With a
 * `cluster`, events that somebody hears on every node are carried to the others, which do not pass them on.
 */
export function createEventBus<Events extends object>(
  onError: (error: unknown, name: string) => void,
  cluster: ClusterBus | null = null,
): EventBus<Events> {
  const here = new EventEmitter()
  const everywhere = new EventEmitter()
  here.setMaxListeners(0)
  everywhere.setMaxListeners(0)
  cluster?.hear((name, event) => void everywhere.emit(name, event))

  const guarded =
    <N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void) =>
    (event: Events[N]) => {
      try {
        listener(event)
      } catch (error) {
        onError(error, name)
      }
    }

  /** What this node keeps in memory is put right before anybody acts on the event. */
  function tellEverywhere(name: string, event: object): Promise<void> | undefined {
    return everywhere.emit(name, event) ? cluster?.tell(name, event) : undefined
  }

  return {
    emit(name, event) {
      void tellEverywhere(name, event)
      here.emit(name, event)
    },
    async announce(name, event) {
      const told = tellEverywhere(name, event)
      here.emit(name, event)
      await told
    },
    on: (name, listener) => void here.on(name, guarded(name, listener)),
    onEveryNode: (name, listener) => void everywhere.on(name, guarded(name, listener)),
    onMissed: (listener) => cluster?.onMissed(() => listener()),
  }
}
