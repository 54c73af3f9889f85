import type { AnnouncedHead } from '@parley/protocol/messages'
import { roomChannel } from './channels.ts'
import { heartbeatMs, type Gateway } from './gateway.ts'

interface Moved {
  roomId: string
}

interface HeadAnnouncerDependencies {
  gateway: Pick<Gateway, 'emit' | 'size'>
  /** Reads the heads of rooms from the database. */
  readHeads: (roomIds: string[]) => Promise<AnnouncedHead[]>
  onError: (error: unknown) => void
  /** Rooms with more sockets than this hear of their head at once, instead of the rows. */
  bodySocketsMax: number
}

const tickMs = 500

/**
 * Announces where rooms stand, for whoever missed the event that said so: a lost last event has no successor that would
 * reveal it. Rooms that moved are announced about once a heartbeat; large ones, whose rows are not sent, twice a second.
 */
export function createHeadAnnouncer({ gateway, readHeads, onError, bodySocketsMax }: HeadAnnouncerDependencies) {
  /** Rooms that moved since the last heartbeat, and in the one before: an event lost now is announced twice. */
  let moved = new Set<string>()
  let movedBefore = new Set<string>()
  /** Rooms to announce at the next tick, whatever the heartbeat. */
  const urgent = new Set<string>()
  let heartbeatAtMs = performance.now() + heartbeatMs
  let reading = false

  async function announce(roomIds: Set<string>): Promise<void> {
    const heads = await readHeads([...roomIds])
    for (const head of heads) gateway.emit(roomChannel(head.roomId), 'heads', [head])
  }

  async function tick(): Promise<void> {
    if (reading) return
    const due = new Set(urgent)
    urgent.clear()
    if (performance.now() >= heartbeatAtMs) {
      for (const roomId of [...moved, ...movedBefore]) due.add(roomId)
      movedBefore = moved
      moved = new Set()
      heartbeatAtMs = performance.now() + heartbeatMs
    }
    if (due.size === 0) return
    reading = true
    try {
      await announce(due)
    } catch (error) {
      for (const roomId of due) urgent.add(roomId)
      onError(error)
    } finally {
      reading = false
    }
  }

  const timer = setInterval(() => void tick(), tickMs)
  timer.unref()

  return {
    /** Says that a room moved. */
    moved({ roomId }: Moved): void {
      moved.add(roomId)
      if (gateway.size(roomChannel(roomId)) > bodySocketsMax) urgent.add(roomId)
    },
    /** Says that rooms may have moved without anybody having been told. */
    doubt(roomIds: string[]): void {
      for (const roomId of roomIds) urgent.add(roomId)
    },
    close: () => clearInterval(timer),
  }
}
