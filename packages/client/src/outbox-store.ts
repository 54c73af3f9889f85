import type { FileEntity } from '@parley/protocol/files'
import type { SendBody, Written } from '@parley/protocol/messages'
import type { FailureCode } from './api-error.ts'

/** One message on its way out. Immutable: every change makes a new entry. */
export interface OutboxEntry {
  readonly clientId: string
  readonly userId: string
  readonly roomId: string
  readonly body: SendBody
  readonly replyTo?: number
  /** The files of a media body, to show it before its row arrives. */
  readonly files?: readonly FileEntity[]
  /** Milliseconds since 1970, by the clock of this device. */
  readonly createdAtMs: number
  /**
   * `sending`: on its way. `waiting`: the network has been away for a while; it is sent by itself when that is back.
   * `sent`: stored by the server, its row not yet here. `failed`: refused, waits for `retry` or `discard`.
   */
  readonly state: 'sending' | 'waiting' | 'sent' | 'failed'
  /** Why it failed. */
  readonly errorCode?: FailureCode
  /** The finer reason within the code, where the server gave one. */
  readonly errorReason?: string
  /** The server's answer, once stored. */
  readonly written?: Written
}

/** Where entries survive a reload until the server has them. */
export interface OutboxStore {
  load: (userId: string) => Promise<OutboxEntry[]>
  put: (entry: OutboxEntry) => Promise<void>
  remove: (clientId: string) => Promise<void>
}

/** Entries that live as long as the process, for bots and tests. */
export function memoryOutboxStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>()
  return {
    load: async (userId) => [...entries.values()].filter((entry) => entry.userId === userId),
    put: async (entry) => void entries.set(entry.clientId, entry),
    remove: async (clientId) => void entries.delete(clientId),
  }
}
