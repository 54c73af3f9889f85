import type { AnnouncedHead, MessageRow, MessagesEvent, Written } from '@parley/protocol/messages'
import { createListeners } from './listeners.ts'
import { createRoom, type Known, type Room, type RoomSource } from './room.ts'
import type { RoomView } from './room-view.ts'

/** Windows kept of rooms nobody looks at, so that going back and forth is instant. */
const keptRoomsMax = 6
/** Rooms found stale together are told together, so that one request can bring them up to date. */
const staleGatherMs = 50

export type EngineEvent =
  /** What a screen shows of a room changed; null when it was forgotten. */
  | { type: 'view'; roomId: string; view: RoomView | null }
  /** The room is known that far; `rows` are new or changed ones, of any room, loaded or not. */
  | { type: 'advanced'; roomId: string; known: Known; rows: readonly MessageRow[] }
  /** Changes went by unheard in these rooms: ask for their summaries again, and hand them to `summaries`. */
  | { type: 'stale'; roomIds: readonly string[] }
  /** One is no longer in this room. */
  | { type: 'removed'; roomId: string }

export type Engine = ReturnType<typeof createEngine>

/** Keeps every room right: loads windows of those on screen, and knows the others by their heads. */
export function createEngine(source: RoomSource) {
  const events = createListeners<EngineEvent>()
  const rooms = new Map<string, Room>()
  /** Screens that show a room. */
  const viewers = new Map<string, number>()
  /** Loaded rooms, the one looked at last at the end. */
  const recent = new Set<string>()
  const stale = new Set<string>()
  let staleTimer: ReturnType<typeof setTimeout> | undefined

  function room(roomId: string): Room {
    const found = rooms.get(roomId)
    if (found) return found
    const made = createRoom({
      roomId,
      source,
      onView: (view) => events.emit({ type: 'view', roomId, view }),
      onAdvanced: (known, rows) => events.emit({ type: 'advanced', roomId, known, rows }),
      onStale: () => markStale(roomId),
    })
    rooms.set(roomId, made)
    return made
  }

  function markStale(roomId: string) {
    stale.add(roomId)
    staleTimer ??= setTimeout(() => {
      staleTimer = undefined
      const roomIds = [...stale]
      stale.clear()
      events.emit({ type: 'stale', roomIds })
    }, staleGatherMs)
  }

  function touch(roomId: string) {
    recent.delete(roomId)
    recent.add(roomId)
    const idle = [...recent].filter((id) => !viewers.has(id))
    for (const id of idle.slice(0, -keptRoomsMax)) forget(id)
  }

  function forget(roomId: string) {
    recent.delete(roomId)
    rooms.get(roomId)?.drop()
    events.emit({ type: 'view', roomId, view: null })
  }

  function remove(roomId: string) {
    if (!rooms.has(roomId)) return
    forget(roomId)
    rooms.delete(roomId)
    events.emit({ type: 'removed', roomId })
  }

  return {
    on: events.add,
    /** What is loaded of a room; undefined when it is not open. */
    view: (roomId: string): RoomView | undefined => (recent.has(roomId) ? rooms.get(roomId)?.view() : undefined),
    /** Calls back when the view of this room changed; made for `useSyncExternalStore`. */
    subscribe: (roomId: string, listener: () => void) =>
      events.add((event) => {
        if (event.type === 'view' && event.roomId === roomId) listener()
      }),
    /** Shows a room: its newest messages, or those around a seq. Each `open` has its `close`. */
    open(roomId: string, { around }: { around?: number } = {}): Promise<void> {
      viewers.set(roomId, (viewers.get(roomId) ?? 0) + 1)
      touch(roomId)
      return room(roomId).open(around)
    },
    /** Moves a room that is open to the messages around a seq. */
    jumpTo: (roomId: string, around: number): Promise<void> => room(roomId).open(around),
    jumpToLatest: (roomId: string): Promise<void> => room(roomId).jumpToLatest(),
    loadBefore: (roomId: string): Promise<void> => room(roomId).loadBefore(),
    loadAfter: (roomId: string): Promise<void> => room(roomId).loadAfter(),
    /** Tells whether the reader is at the newest message; the far end of a long window is let go. */
    setAtEnd: (roomId: string, atEnd: boolean): void => room(roomId).setAtEnd(atEnd),
    /** One screen less shows this room. The window stays for a while. */
    close(roomId: string): void {
      const left = (viewers.get(roomId) ?? 1) - 1
      if (left > 0) viewers.set(roomId, left)
      else viewers.delete(roomId)
      if (recent.has(roomId)) touch(roomId)
    },
    /** Summaries of rooms were fetched, as of these heads. */
    summaries(heads: readonly AnnouncedHead[]): void {
      for (const { roomId, ...head } of heads) room(roomId).summary(head)
    },
    /** A `messages` packet came. */
    packet: (packet: MessagesEvent): void => room(packet.roomId).packet(packet),
    /** Heads were announced while connected. */
    heads(heads: readonly AnnouncedHead[]): void {
      for (const { roomId, ...head } of heads) room(roomId).head(head, 'soon')
    },
    /** A connection began: these are all the rooms one is in, and where they stand. */
    ready(heads: readonly AnnouncedHead[]): void {
      const mine = new Set(heads.map(({ roomId }) => roomId))
      for (const roomId of [...rooms.keys()]) if (!mine.has(roomId) && !viewers.has(roomId)) remove(roomId)
      for (const { roomId, ...head } of heads) room(roomId).head(head, 'now')
      for (const one of rooms.values()) one.wake()
    },
    /** An ack tells where its room stands, in case the packet is lost. */
    written: ({ roomId, change }: Written): void => rooms.get(roomId)?.written(change),
    /** One left a room, was removed, or it was deleted. */
    remove,
    /** Forgets everything, as on signing out. */
    clear(): void {
      for (const roomId of [...rooms.keys()]) remove(roomId)
      viewers.clear()
      stale.clear()
      clearTimeout(staleTimer)
      staleTimer = undefined
    },
  }
}
