import { Type, type Static, type TSchema } from 'typebox'
import { AccessChanged, type Requirement } from './access.ts'
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
import { OwnMute } from './moderation.ts'
import { FriendChanged, Presence, SetPresence, UserUpdated, WatchPresence } from './people.ts'
import {
  CreateRoom,
  JoinRoom,
  MemberChanged,
  MembershipUpdated,
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

/** Every command a client may emit: what it takes to, its input, and what its ack carries beside `ok: true`. */
export const commands = {
  'room.create': { permission: 'rooms:write', input: CreateRoom, answer: Type.Object({ room: Room }) },
  'room.join': { permission: 'rooms:write', input: JoinRoom, answer: Type.Object({ room: Room }) },
  'room.leave': { permission: 'rooms:read', input: RoomTarget, answer: none },
  'room.sendMessage': { permission: 'messages:write', input: SendMessage, answer: Written },
  'room.editMessage': { permission: 'messages:write', input: EditMessage, answer: Written },
  'room.recallMessage': { permission: 'messages:write', input: MessageTarget, answer: Written },
  'room.react': { permission: 'messages:write', input: ReactCommand, answer: Written },
  'room.pin': { permission: 'messages:write', input: PinCommand, answer: Written },
  'room.read': { permission: 'messages:read', input: ReadRoom, answer: none },
  'room.typing': { permission: 'messages:write', input: TypingCommand, answer: none },
  'room.sync': { permission: 'messages:read', input: SyncRoom, answer: SyncPage },
  'presence.watch': {
    permission: 'people:read',
    input: WatchPresence,
    answer: Type.Object({ people: Type.Array(Presence) }),
  },
  'presence.set': { permission: 'self', input: SetPresence, answer: none },
  /** Asks for the heads of all of one's rooms, on focus and on wake. */
  'session.heads': { permission: 'self', input: nothing, answer: Type.Object({ heads: Type.Array(AnnouncedHead) }) },
} as const satisfies Record<string, { permission: Requirement; input: TSchema; answer: TSchema }>

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
  'membership.updated': MembershipUpdated,
  read: ReadEvent,
  typing: TypingEvent,
  presence: Presence,
  'friend.changed': FriendChanged,
  'user.updated': UserUpdated,
  notification: Notification,
  'access.changed': AccessChanged,
  'mute.changed': OwnMute,
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
