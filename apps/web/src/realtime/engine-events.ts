import { createAction } from '@reduxjs/toolkit'
import type { MessageRow } from '@parley/protocol/messages'

interface RoomAdvanced {
  roomId: string
  /** New and changed rows, of any room, loaded or not. */
  rows: readonly MessageRow[]
}

/** Messages were sent or changed in a room. */
export const roomAdvanced = createAction<RoomAdvanced>('realtime/room.advanced')

/** Changes went by unheard in these rooms: their summaries are to be asked for again. */
export const roomsStale = createAction<readonly string[]>('realtime/rooms.stale')
