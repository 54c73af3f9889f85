import { Type, type Static, type TSchema } from 'typebox'
import type { WireError } from './errors.ts'
import { SessionEnding } from './identity.ts'
import {
  AnnouncedHead,
  EditMessage,
  MessagesEvent,
  MessageTarget,
  Notification,
  PinCommand,
  ReactCommand,
  ReadEvent,
  ReadRoom,
  SendMessage,
  SyncPage,
  SyncRoom,
  Written,
} from './messages.ts'
import { FriendChanged, Presence, SetPresence, UserUpdated, WatchPresence } from './people.ts'
import {
  CreateRoom,
  JoinRoom,
  MemberChanged,
  Room,
  RoomRemoved,
  RoomTarget,
  RoomUpdated,
  TypingCommand,
  TypingEvent,
} from './rooms.ts'
import { closed, id, timestamp } from './scalars.ts'

/** Path of the Socket.IO endpoint. WebSocket transport only. */
export const realtimePath = '/ws'

/** Largest packet either side accepts, in bytes. */
export const packetBytesMax = 128 * 1024

const nothing = Type.Object({}, closed)
const none = Type.Object({})

/** Every command a client may emit: its input, and what its ack carries beside `ok: true`. */
export const commands = {
  'room.create': { input: CreateRoom, answer: Type.Object({ room: Room }) },
  'room.join': { input: JoinRoom, answer: Type.Object({ room: Room }) },
  'room.leave': { input: RoomTarget, answer: none },
  'room.sendMessage': { input: SendMessage, answer: Written },
  'room.editMessage': { input: EditMessage, answer: Written },
  'room.recallMessage': { input: MessageTarget, answer: Written },
  'room.react': { input: ReactCommand, answer: Written },
  'room.pin': { input: PinCommand, answer: Written },
  'room.read': { input: ReadRoom, answer: none },
  'room.typing': { input: TypingCommand, answer: none },
  'room.sync': { input: SyncRoom, answer: SyncPage },
  'presence.watch': { input: WatchPresence, answer: Type.Object({ people: Type.Array(Presence) }) },
  'presence.set': { input: SetPresence, answer: none },
  /** Asks for the heads of all of one's rooms, on focus and on wake. */
  'session.heads': { input: nothing, answer: Type.Object({ heads: Type.Array(AnnouncedHead) }) },
} as const satisfies Record<string, { input: TSchema; answer: TSchema }>

/** First event on a socket: who one is, and where each room stands. */
export const SessionReady = Type.Object({
  userId: id('Who the server takes this socket for.'),
  heartbeatMs: Type.Integer({
    description: 'How often heads are announced; silence much longer than this means trouble.',
  }),
  serverTime: timestamp('The clock of the server, to correct one’s own.'),
  heads: Type.Array(AnnouncedHead, { description: 'The head of every room of the actor.' }),
})
export type SessionReady = Static<typeof SessionReady>

/** Every event a client may hear. */
export const events = {
  'session.ready': SessionReady,
  'session.ending': SessionEnding,
  messages: MessagesEvent,
  heads: Type.Array(AnnouncedHead),
  'room.updated': RoomUpdated,
  'room.removed': RoomRemoved,
  'member.changed': MemberChanged,
  read: ReadEvent,
  typing: TypingEvent,
  presence: Presence,
  'friend.changed': FriendChanged,
  'user.updated': UserUpdated,
  notification: Notification,
} as const satisfies Record<string, TSchema>

export type CommandName = keyof typeof commands
export type CommandInput<N extends CommandName> = Static<(typeof commands)[N]['input']>
export type CommandAnswer<N extends CommandName> = Static<(typeof commands)[N]['answer']>

/** The ack of every command. */
export type Ack<N extends CommandName> = ({ ok: true } & CommandAnswer<N>) | { ok: false; error: WireError }

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = Static<(typeof events)[N]>

/** Socket.IO's type map for what clients emit. */
export type ClientToServerEvents = {
  [N in CommandName]: (input: CommandInput<N>, ack: (answer: Ack<N>) => void) => void
}

/** Socket.IO's type map for what the server emits. */
export type ServerToClientEvents = { [N in EventName]: (payload: EventPayload<N>) => void }
