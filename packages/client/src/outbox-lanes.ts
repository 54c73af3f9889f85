import type { SendMessage, Written } from '@parley/protocol/messages'
import { toApiError, type ApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import { createListeners } from './listeners.ts'
import type { OutboxEntry } from './outbox-store.ts'

const retryBackoff = { baseMs: 500, maxMs: 15_000 }
/** A fault of the server may pass; one that does not is told to the person. */
const faultsMax = 5

interface LaneOptions {
  /** Sends one message; rejects with ApiError. */
  send: (message: SendMessage) => Promise<Written>
  /** The entry to send next in a room; undefined when there is none, or nothing may be sent now. */
  next: (roomId: string) => OutboxEntry | undefined
  /** Resolves when an entry is in the store: only then may it leave. */
  saved: (clientId: string) => Promise<void> | undefined
  onWritten: (clientId: string, written: Written) => void
  onRefused: (clientId: string, failure: ApiError) => void
}

export interface Lanes {
  /** Sends what waits in a room, in order; does nothing while the room is being sent already. */
  run: (roomId: string) => void
  /** Ends every wait before a repeat. */
  wake: () => void
}

/** Sends one message at a time in each room, and repeats what may pass until it does. */
export function createLanes({ send, next, saved, onWritten, onRefused }: LaneOptions): Lanes {
  const running = new Set<string>()
  const wakeUps = createListeners<void>()

  async function run(roomId: string): Promise<void> {
    if (running.has(roomId)) return
    running.add(roomId)
    let failures = 0
    for (let entry = next(roomId); entry; entry = next(roomId)) {
      await saved(entry.clientId)
      const failure = await attempt(entry, failures)
      failures = failure ? failures + 1 : 0
      if (failure) await pause((failure.details.retryAfterMs ?? 0) + backoffMs(failures - 1, retryBackoff))
    }
    running.delete(roomId)
  }

  /** Answers the failure when it is one to try again after. */
  async function attempt(
    { clientId, roomId, body, replyTo }: OutboxEntry,
    failures: number,
  ): Promise<ApiError | undefined> {
    try {
      const message = { roomId, clientId, body }
      onWritten(clientId, await send(replyTo === undefined ? message : { ...message, replyTo }))
    } catch (error) {
      const failure = toApiError(error)
      if (isPassing(failure) || (failure.code === 'INTERNAL_ERROR' && failures < faultsMax)) return failure
      onRefused(clientId, failure)
    }
    return undefined
  }

  function pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, delayMs)
    const stop = wakeUps.add(resolve)
    return promise.finally(() => {
      clearTimeout(timer)
      stop()
    })
  }

  return { run: (roomId) => void run(roomId), wake: () => wakeUps.emit() }
}

/** Whether the same send may succeed later without anybody doing anything. */
function isPassing({ code }: ApiError): boolean {
  return code === 'NETWORK' || code === 'OVERLOADED' || code === 'RATE_LIMITED' || code.startsWith('TOKEN_')
}
