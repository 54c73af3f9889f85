import type { MessageRow, SendMessage, Written } from '@parley/protocol/messages'
import type { ApiError } from './api-error.ts'
import { newClientId } from './client-id.ts'
import { createListeners } from './listeners.ts'
import { createLanes } from './outbox-lanes.ts'
import type { OutboxEntry, OutboxStore } from './outbox-store.ts'
import { joinOutboxTabs, type OutboxNews, type OutboxTabs } from './outbox-tabs.ts'
import type { Known } from './room.ts'
import type { Locks, TabChannel } from './tabs.ts'

/** How long the network may be away before entries say that they wait for it. */
const waitingAfterMs = 60_000
/** A tab whose entry another tab has not sent by then sends it itself. */
const takeLeadAfterMs = 10_000

export interface OutboxOptions {
  store: OutboxStore
  /** Sends one message; rejects with ApiError. */
  send: (message: SendMessage) => Promise<Written>
  locks?: Locks
  openChannel?: (name: string) => TabChannel
  /** The store failed: the entry is still sent, but a reload would lose it. */
  onStoreError: (error: unknown) => void
}

export type Outbox = ReturnType<typeof createOutbox>

/** Messages on their way out: kept until the server has them, in order within each room, each stored exactly once. */
export function createOutbox({ store, send, locks, openChannel, onStoreError }: OutboxOptions) {
  const changes = createListeners<string>()
  const entries = new Map<string, OutboxEntry>()
  const snapshots = new Map<string, readonly OutboxEntry[]>()
  const saving = new Map<string, Promise<void>>()
  const known = new Map<string, Known>()
  let userId: string | null = null
  let tabs: OutboxTabs | undefined
  let loaded = false
  let leading = false
  let online = false
  let unsentState: 'sending' | 'waiting' = 'sending'
  let waitingTimer: ReturnType<typeof setTimeout> | undefined

  const lanes = createLanes({
    send,
    next: nextOf,
    saved: (clientId) => saving.get(clientId),
    onWritten: acknowledged,
    onRefused: refused,
  })

  function put(entry: OutboxEntry) {
    entries.set(entry.clientId, entry)
    changed(entry.roomId)
  }

  function drop(entry: OutboxEntry) {
    if (entries.delete(entry.clientId)) changed(entry.roomId)
  }

  function changed(roomId: string) {
    snapshots.delete(roomId)
    changes.emit(roomId)
  }

  function saved(work: Promise<void>): Promise<void> {
    return work.catch(onStoreError)
  }

  function update(entry: OutboxEntry) {
    put(entry)
    saving.set(entry.clientId, saved(store.put(entry)))
    tabs?.tell({ type: 'put', entry })
  }

  function remove(entry: OutboxEntry) {
    drop(entry)
    saving.delete(entry.clientId)
    void saved(store.remove(entry.clientId))
    tabs?.tell({ type: 'remove', clientId: entry.clientId })
  }

  /** Refused entries stand aside, the rest keep their order. Before the store is read nothing goes: its entries are older. */
  function nextOf(roomId: string): OutboxEntry | undefined {
    if (!loaded || !leading || !online) return undefined
    return entriesOf(roomId).find(({ state }) => state === 'sending' || state === 'waiting')
  }

  function entriesOf(roomId: string): readonly OutboxEntry[] {
    const snapshot = snapshots.get(roomId)
    if (snapshot) return snapshot
    const mine = [...entries.values()].filter((entry) => entry.roomId === roomId)
    const ordered = mine.toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1))
    snapshots.set(roomId, ordered)
    return ordered
  }

  function sendAll() {
    for (const { roomId } of entries.values()) lanes.run(roomId)
  }

  function acknowledged(clientId: string, written: Written) {
    const entry = entries.get(clientId)
    if (!entry) return
    // The server has it for ever, so the copy that survives a reload has done its work.
    void saved(store.remove(clientId))
    saving.delete(clientId)
    const sent: OutboxEntry = { ...entry, state: 'sent', written }
    tabs?.tell({ type: 'put', entry: sent })
    if (isShown(sent)) drop(entry)
    else put(sent)
  }

  function refused(clientId: string, { code, details: { reason } }: ApiError) {
    const entry = entries.get(clientId)
    if (entry)
      update({ ...entry, state: 'failed', errorCode: code, ...(reason !== undefined && { errorReason: reason }) })
  }

  /** Whether the row of a stored entry is in its place among the others. */
  function isShown({ roomId, written }: OutboxEntry): boolean {
    return written !== undefined && written.change <= (known.get(roomId)?.change ?? -1)
  }

  function heardFromTab(news: OutboxNews) {
    if (news.type === 'remove') {
      const entry = entries.get(news.clientId)
      if (entry) drop(entry)
      return
    }
    const { entry } = news
    if (isShown(entry)) return drop(entry)
    put(entry)
    lanes.run(entry.roomId)
  }

  function takeLeadUnlessSent(clientId: string) {
    if (leading) return
    setTimeout(() => {
      const entry = entries.get(clientId)
      if (entry?.state === 'sending' && online && !leading) tabs?.takeLead()
    }, takeLeadAfterMs)
  }

  function setUnsent(state: 'sending' | 'waiting') {
    unsentState = state
    for (const entry of entries.values()) {
      if (entry.state !== state && (entry.state === 'sending' || entry.state === 'waiting')) put({ ...entry, state })
    }
  }

  function watchNetwork() {
    clearTimeout(waitingTimer)
    if (online) setUnsent('sending')
    else waitingTimer = setTimeout(() => setUnsent('waiting'), waitingAfterMs)
  }

  return {
    /** Calls back with the room whose entries changed. */
    onChange: changes.add,
    /** What is on its way out in a room, in order. The same array until it changes. */
    entries: entriesOf,
    /** Whether anything is not with the server yet. */
    isEmpty: () => ![...entries.values()].some(({ state }) => state !== 'sent'),
    /** Begins a person's outbox: what a reload interrupted goes on. */
    async start(forUserId: string): Promise<void> {
      userId = forUserId
      watchNetwork()
      const joined = joinOutboxTabs({
        userId,
        locks,
        openChannel,
        onNews: heardFromTab,
        onLead(now) {
          leading = now
          if (now) sendAll()
        },
      })
      tabs = joined
      const kept = await store.load(forUserId).catch((error: unknown) => {
        onStoreError(error)
        return []
      })
      if (tabs !== joined) return
      for (const entry of kept) {
        if (!entries.has(entry.clientId)) put(entry.state === 'failed' ? entry : { ...entry, state: unsentState })
      }
      loaded = true
      sendAll()
    },
    /** Signed out: nothing is sent or shown any more; what was not sent stays in the store. */
    stop(): void {
      userId = null
      loaded = false
      leading = false
      tabs?.leave()
      tabs = undefined
      clearTimeout(waitingTimer)
      const rooms = new Set([...entries.values()].map(({ roomId }) => roomId))
      entries.clear()
      saving.clear()
      known.clear()
      lanes.wake()
      for (const roomId of rooms) changed(roomId)
    },
    /** Takes a message: it is in `entries` at once, and on its way as soon as the store has it. */
    send(message: Pick<OutboxEntry, 'roomId' | 'body' | 'replyTo' | 'files'>): OutboxEntry {
      if (userId === null) throw new Error('the outbox has not been started')
      const base = { ...message, clientId: newClientId(), userId, createdAtMs: Date.now() }
      const entry: OutboxEntry = { ...base, state: unsentState }
      update(entry)
      lanes.run(entry.roomId)
      takeLeadUnlessSent(entry.clientId)
      return entry
    },
    /** Tries a refused message again, under its first name: should the server have it after all, it stays one. */
    retry(clientId: string): void {
      const entry = entries.get(clientId)
      if (entry?.state !== 'failed') return
      const { errorCode: _, errorReason: __, ...rest } = entry
      update({ ...rest, state: unsentState })
      lanes.run(entry.roomId)
      takeLeadUnlessSent(clientId)
    },
    /** Gives a message up. */
    discard(clientId: string): void {
      const entry = entries.get(clientId)
      if (entry && entry.state !== 'sent') remove(entry)
    },
    /** Whether there is a connection to send by. */
    setOnline(now: boolean): void {
      if (online === now) return
      online = now
      if (userId !== null) watchNetwork()
      if (!now) return
      lanes.wake()
      sendAll()
    },
    /** A room is known that far: an entry leaves when its row is there, so that nothing shows twice or flickers. */
    advanced(roomId: string, now: Known, rows: readonly MessageRow[]): void {
      const before = known.get(roomId)
      known.set(roomId, now)
      for (const row of rows) {
        const entry = entries.get(row.clientId)
        if (entry && entry.userId === row.senderId) remove(entry)
      }
      // Of another history, the change of an ack says nothing; what was stored is loaded with the rest.
      const isOtherHistory = before !== undefined && before.epoch !== now.epoch
      for (const entry of entriesOf(roomId)) if (isShown(entry) || (entry.written && isOtherHistory)) drop(entry)
    },
  }
}
