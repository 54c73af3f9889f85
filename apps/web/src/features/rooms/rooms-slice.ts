import { createSelector, createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { MessageRow } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { roomAdvanced } from '../../realtime/engine-events.ts'
import {
  memberChanged,
  membershipUpdated,
  readMoved,
  roomRemoved,
  roomUpdated,
  userUpdated,
} from '../../realtime/events.ts'
import { signedIn, signedOut } from '../identity/identity-slice.ts'

/** Counts stop here: 100 is shown as "99+". */
const countMax = 100

interface RoomsState {
  ownId: string | null
  /** `ready` once every room of the person has been loaded. */
  status: 'loading' | 'ready' | 'failed'
  byId: Record<string, Room>
  /** Whether the way to any room by its name is on screen. */
  isSwitcherOpen: boolean
}

const initialState: RoomsState = { ownId: null, status: 'loading', byId: {}, isSwitcherOpen: false }

const isCounted = (row: MessageRow, ownId: string | null) =>
  row.senderId !== ownId && row.body.kind !== 'recall' && row.body.kind !== 'system'

const isMention = ({ body }: MessageRow, ownId: string | null) =>
  ownId !== null && 'mentions' in body && (body.mentions?.includes(ownId) ?? false)

/** A message that is new to the room, as opposed to one that changed. */
const append = (room: Room, row: MessageRow, ownId: string | null) => {
  room.head.seq = Math.max(room.head.seq, row.seq)
  if (row.seq > (room.lastMessage?.seq ?? 0)) room.lastMessage = row
  if (row.seq <= room.readSeq || !isCounted(row, ownId)) return
  room.unread = Math.min(countMax, room.unread + 1)
  if (isMention(row, ownId)) room.mentions = Math.min(countMax, room.mentions + 1)
}

const amend = (room: Room, row: MessageRow, ownId: string | null) => {
  if (row.seq === room.lastMessage?.seq) room.lastMessage = row
  const wasUnread = row.body.kind === 'recall' && row.seq > room.readSeq && row.senderId !== ownId
  if (wasUnread && room.unread > 0 && room.unread < countMax) room.unread -= 1
}

/**
 * Rows already part of the summary are told apart by their change, so hearing of one twice counts once. They come in order
 * of change: a message that was sent and then edited may follow one sent after it, and is new all the same.
 */
const advance = (room: Room, rows: readonly MessageRow[], ownId: string | null) => {
  const { seq: lastSeq, change: lastChange } = room.head
  const seen = new Set<number>()
  for (const row of rows) {
    if (row.change <= lastChange) continue
    room.head.change = Math.max(room.head.change, row.change)
    if (row.seq > lastSeq && !seen.has(row.seq)) append(room, row, ownId)
    else amend(room, row, ownId)
    seen.add(row.seq)
  }
}

/** Whether an answer about a room is older than what events have told of it since it was asked for. */
export const isOutdated = (loaded: Room, known: Room | undefined): boolean =>
  known !== undefined && known.head.epoch === loaded.head.epoch && known.head.change > loaded.head.change

/** What events told while an answer was on its way stays. */
const merge = (known: Room | undefined, loaded: Room): Room => {
  if (!known || known.head.epoch !== loaded.head.epoch) return loaded
  const { head, unread, mentions, lastMessage } = isOutdated(loaded, known) ? known : loaded
  const readSeq = Math.max(known.readSeq, loaded.readSeq)
  const counts = readSeq < head.seq ? { unread, mentions } : { unread: 0, mentions: 0 }
  return { ...loaded, head, readSeq, ...counts, ...(lastMessage && { lastMessage }) }
}

/** Whether a change to an unread message leaves open how many of those unread mention oneself: the server knows. */
export const isCountUnclear = (room: Room, row: MessageRow, ownId: string | null): boolean => {
  if (row.seq <= room.readSeq || row.senderId === ownId) return false
  if (row.body.kind === 'recall') return room.mentions > 0 || room.unread >= countMax
  return row.editedAt !== undefined && (room.mentions > 0 || isMention(row, ownId))
}

const activityOf = (room: Room) => Date.parse(room.lastMessage?.createdAt ?? room.createdAt)

const latestFirst = (byId: RoomsState['byId']) =>
  Object.values(byId).toSorted((one, other) => activityOf(other) - activityOf(one) || Number(other.id) - Number(one.id))

export const roomsSlice = createSlice({
  name: 'rooms',
  initialState,
  reducers: {
    /** All rooms of the person, fetched whole: what is not among them is gone. */
    roomsLoaded: (state, { payload }: PayloadAction<readonly Room[]>) => {
      state.byId = Object.fromEntries(payload.map((room) => [room.id, merge(state.byId[room.id], room)]))
      state.status = 'ready'
    },
    roomsFailed: (state) => {
      if (state.status === 'loading') state.status = 'failed'
    },
    roomsRetried: (state) => {
      state.status = 'loading'
    },
    roomLoaded: ({ byId }, { payload }: PayloadAction<Room>) => {
      byId[payload.id] = merge(byId[payload.id], payload)
    },
    switcherOpened: (state) => {
      state.isSwitcherOpen = true
    },
    switcherClosed: (state) => {
      state.isSwitcherOpen = false
    },
    roomLeft: ({ byId }, { payload }: PayloadAction<{ roomId: string }>) => {
      delete byId[payload.roomId]
    },
  },
  extraReducers: (builder) => {
    builder
      .addCase(signedIn, (state, { payload }) => {
        state.ownId = payload.id
      })
      .addCase(signedOut, () => initialState)
      .addCase(roomAdvanced, ({ byId, ownId }, { payload: { roomId, rows } }) => {
        const room = byId[roomId]
        if (room) advance(room, rows, ownId)
      })
      .addCase(readMoved, ({ byId, ownId }, { payload: { roomId, userId, seq } }) => {
        const room = byId[roomId]
        if (!room) return
        if (userId !== ownId) {
          if (room.peer?.id === userId) room.peerReadSeq = Math.max(room.peerReadSeq ?? 0, seq)
          return
        }
        room.readSeq = Math.max(room.readSeq, seq)
        // Read to the end there is nothing to count; how much is left of a room read in part, the server says.
        if (room.readSeq >= room.head.seq) {
          room.unread = 0
          room.mentions = 0
        }
      })
      .addCase(roomUpdated, ({ byId }, { payload: { room } }) => {
        const known = byId[room.id]
        if (known) Object.assign(known, room)
      })
      .addCase(memberChanged, ({ byId, ownId }, { payload: { roomId, userId, role, memberCount } }) => {
        const room = byId[roomId]
        if (!room) return
        room.memberCount = memberCount
        if (userId === ownId && role) room.role = role
      })
      .addCase(membershipUpdated, ({ byId }, { payload: { roomId, ...kept } }) => {
        const room = byId[roomId]
        if (room) Object.assign(room, kept)
      })
      .addCase(roomRemoved, ({ byId }, { payload: { roomId } }) => {
        delete byId[roomId]
      })
      .addCase(userUpdated, ({ byId }, { payload: { user } }) => {
        for (const room of Object.values(byId)) if (room.peer?.id === user.id) room.peer = user
      })
  },
  selectors: {
    selectRoom: ({ byId }, id: string): Room | undefined => byId[id],
    selectRoomsById: ({ byId }) => byId,
    selectIsSwitcherOpen: ({ isSwitcherOpen }) => isSwitcherOpen,
    selectRoomsStatus: ({ status }) => status,
    selectLatestFirst: createSelector(({ byId }: RoomsState) => byId, latestFirst),
    selectSections: createSelector(
      ({ byId }: RoomsState) => byId,
      (byId) => {
        const all = latestFirst(byId)
        return {
          pinned: all.filter(({ pinned }) => pinned),
          rooms: all.filter(({ pinned, type }) => !pinned && type === 'PUBLIC'),
          people: all.filter(({ pinned, type }) => !pinned && type === 'PRIVATE'),
        }
      },
    ),
    /** What waits for the person, for the title and the rail; rooms that are to be quiet do not wait. */
    selectWaiting: createSelector(
      ({ byId }: RoomsState) => byId,
      (byId) => Object.values(byId).reduce((total, room) => total + waitingIn(room), 0),
    ),
  },
})

/** Unread messages that ask for attention, by what the person wants to hear of. */
export const waitingIn = ({ notify, unread, mentions }: Room): number =>
  notify === 'all' ? unread : notify === 'mentions' ? mentions : 0

export const { roomsLoaded, roomsFailed, roomsRetried, roomLoaded, roomLeft, switcherOpened, switcherClosed } =
  roomsSlice.actions
export const {
  selectRoom,
  selectRoomsById,
  selectIsSwitcherOpen,
  selectRoomsStatus,
  selectLatestFirst,
  selectSections,
  selectWaiting,
} = roomsSlice.selectors

/** The part of the store these selectors read. */
export type RoomsRoot = Parameters<typeof selectRoomsById>[0]
