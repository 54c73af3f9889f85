import { EventEmitter } from 'node:events'

/** Says what happened inside the process, after it was committed. Listeners must not throw: they are told, not asked. */
export interface EventBus<Events extends object> {
  emit<N extends keyof Events & string>(name: N, event: Events[N]): void
  on<N extends keyof Events & string>(name: N, listener: (event: Events[N]) => void): void
}

/** Makes a bus; `onError` hears of a listener that threw, so that one broken listener does not silence the others. */
export function createEventBus<Events extends object>(
  onError: (error: unknown, name: string) => void,
): EventBus<Events> {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    emit: (name, event) => void emitter.emit(name, event),
    on: (name, listener) => {
      emitter.on(name, (event: Events[typeof name]) => {
        try {
          listener(event)
        } catch (error) {
          onError(error, name)
        }
      })
    },
  }
}
