/** A set of listeners to one thing. */
export interface Listeners<T> {
  /** Listens from now on; the answer stops it. */
  add: (listener: (value: T) => void) => () => void
  emit: (value: T) => void
}

export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    add(listener) {
      // Wrapped, so that one function added twice is two listeners, each with its own end.
      const entry = (value: T) => listener(value)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit(value) {
      for (const listener of [...listeners]) listener(value)
    },
  }
}
