/** The part of `navigator.locks` that keeps tabs from doing the same thing at once. */
export interface Locks {
  request: (
    name: string,
    options: { signal?: AbortSignal; steal?: boolean },
    run: () => Promise<void>,
  ) => Promise<unknown>
}

/** The part of a BroadcastChannel by which tabs tell each other. */
export interface TabChannel {
  postMessage: (message: unknown) => void
  addEventListener: (type: 'message', listener: (event: { data: unknown }) => void) => void
  close: () => void
}

/** Runs `work` while no other tab runs work under the same name. Without locks there is only this tab to think of. */
export async function exclusively<T>(locks: Locks | undefined, name: string, work: () => Promise<T>): Promise<T> {
  if (!locks) return work()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const granted = locks.request(name, {}, () => work().then(resolve, reject))
  granted.catch(reject)
  return promise
}
