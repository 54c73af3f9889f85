import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { FileEntity } from './files.ts'
import { PublicUser } from './people.ts'
import { change, closed, cursor, id, nullable, page, seq, timestamp } from './scalars.ts'

/** Longest text of a message, in UTF-16 code units. */
export const textLengthMax = 16_000

/** Rows a page of `room.sync` holds at most. */
export const syncPageRows = 300

/** A client further behind than this many changes reloads its window instead of catching up. */
export const syncBehindMax = 3_000

const mentions = Type.Optional(
  Type.Array(id('Somebody mentioned.'), { maxItems: 50, description: 'Members the text mentions, to be notified.' }),
)

const text = Type.Object(
  {
    kind: Type.Literal('text'),
    text: Type.String({ minLength: 1, maxLength: textLengthMax, pattern: '\\S', description: 'Markdown.' }),
    mentions,
  },
  closed,
)

const caption = Type.Optional(Type.String({ maxLength: 2_000, description: 'Words under the files, in Markdown.' }))

const fileIds = Type.Array(id('A file uploaded with scene `message` by the sender.'), {
  minItems: 1,
  maxItems: 20,
  uniqueItems: true,
  description: 'The files, in order.',
})

/** What a client may send. The sender, the seq and system kinds are the server's to write. */
export const SendBody = Type.Union([
  text,
  Type.Object({ kind: Type.Literal('media'), fileIds, caption, mentions }, closed),
])
export type SendBody = Static<typeof SendBody>

/** What the text of a message may be edited to; for media, the caption. */
export const EditBody = Type.Union([
  text,
  Type.Object(
    {
      kind: Type.Literal('media'),
      caption: Type.String({ maxLength: 2_000, description: 'New words under the files; empty for none.' }),
      mentions,
    },
    closed,
  ),
])
export type EditBody = Static<typeof EditBody>

/** What happened to a room, as the server writes it into the conversation. */
export const SystemAction = Type.Union(
  [
    Type.Literal('room.created'),
    Type.Literal('room.renamed'),
    Type.Literal('member.joined'),
    Type.Literal('member.added'),
    Type.Literal('member.left'),
    Type.Literal('member.removed'),
    Type.Literal('role.changed'),
    Type.Literal('room.handedOver'),
    Type.Literal('friends.made'),
  ],
  { description: 'What happened.' },
)
export type SystemAction = Static<typeof SystemAction>

export const SystemBody = Type.Object({
  kind: Type.Literal('system'),
  action: SystemAction,
  userIds: Type.Optional(Type.Array(id('Whom it happened to.'), { description: 'Whom it happened to.' })),
  name: Type.Optional(Type.String({ description: 'The new name, of `room.renamed`.' })),
  role: Type.Optional(Type.String({ description: 'The new role, of `role.changed`.' })),
})
export type SystemBody = Static<typeof SystemBody>

export const RecallBody = Type.Object({
  kind: Type.Literal('recall'),
  by: id('Who recalled it: the sender or a moderator of the room.'),
  at: timestamp('When.'),
})
export type RecallBody = Static<typeof RecallBody>

/** What a stored message holds. */
export const MessageBody = Type.Union([
  text,
  Type.Object({
    kind: Type.Literal('media'),
    fileIds,
    caption,
    mentions,
    files: Type.Array(FileEntity, { description: 'The files, so that their place is known before their bytes come.' }),
  }),
  SystemBody,
  RecallBody,
])
export type MessageBody = Static<typeof MessageBody>

/** Different emoji one message takes. */
export const reactionEmojiMax = 20

/** People one emoji on one message takes. */
export const reactionPeopleMax = 500

export const Reaction = Type.Object({
  emoji: Type.String({ description: 'The emoji.' }),
  userIds: Type.Array(id('Somebody who reacted so.'), { description: 'Who reacted so, first come first.' }),
})
export type Reaction = Static<typeof Reaction>

/** A message as it now is. Rows replace each other by `change`: the higher one is newer. */
export const MessageRow = Type.Object({
  roomId: id('The room.'),
  seq: seq(),
  change: change(),
  clientId: Type.String({ description: 'The name its sender gave this send.' }),
  senderId: id('Who sent it; for system rows, who did it.'),
  body: MessageBody,
  replyTo: Type.Optional(seq('The message of this room it answers.')),
  createdAt: timestamp('When it was stored.'),
  editedAt: Type.Optional(timestamp('When it was last edited.')),
  reactions: Type.Optional(Type.Array(Reaction, { description: 'Reactions, in order of first use.' })),
  pinnedAt: Type.Optional(timestamp('When it was pinned, if it is.')),
  pinnedBy: Type.Optional(id('Who pinned it, if it is.')),
})
export type MessageRow = Static<typeof MessageRow>

/** Where a room stands. */
export const RoomHead = Type.Object({
  seq: Type.Integer({ minimum: 0, description: 'Number of the last message; 0 in an empty room.' }),
  change: Type.Integer({ minimum: 0, description: 'Number of the last change.' }),
  epoch: Type.Integer({
    minimum: 0,
    description: 'Names the history; when it differs from the one a client knows, the client starts over.',
  }),
  floor: Type.Integer({ minimum: 0, description: 'Messages numbered up to this one were deleted for good.' }),
})
export type RoomHead = Static<typeof RoomHead>

/** A head together with its room, as announced in `heads` and `session.ready`. */
export const AnnouncedHead = Type.Object({ roomId: id('The room.'), ...RoomHead.properties })
export type AnnouncedHead = Static<typeof AnnouncedHead>

/** The client's name for one send: a UUIDv7. A repeat returns the first answer, for ever. */
export const ClientId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: 'UUIDv7 naming this send; a repeat returns the first answer.',
})

/** Input of a send, by socket or by REST. */
export const SendMessage = Type.Object(
  {
    roomId: id('The room.'),
    clientId: ClientId,
    body: SendBody,
    replyTo: Type.Optional(seq('The message of this room it answers.')),
  },
  closed,
)
export type SendMessage = Static<typeof SendMessage>

export const EditMessage = Type.Object({ roomId: id('The room.'), seq: seq(), body: EditBody }, closed)
export type EditMessage = Static<typeof EditMessage>

/** One message of one room. */
export const MessageTarget = Type.Object({ roomId: id('The room.'), seq: seq() }, closed)
export type MessageTarget = Static<typeof MessageTarget>

const Emoji = Type.String({ minLength: 1, maxLength: 32, pattern: '^\\S+$', description: 'The emoji.' })

export const ReactionTarget = Type.Object({ roomId: id('The room.'), seq: seq(), emoji: Emoji }, closed)
export type ReactionTarget = Static<typeof ReactionTarget>

/** Answer to whatever writes a message row, given after the commit. */
export const Written = Type.Object({
  roomId: id('The room.'),
  seq: seq(),
  change: change('The change this write made; for a repeat, the change of the first.'),
})
export type Written = Static<typeof Written>

/** Input of a sync: everything past the client's cursor. */
export const SyncRoom = Type.Object(
  {
    roomId: id('The room.'),
    change: Type.Integer({ minimum: 0, description: "The client's cursor: the last change it holds." }),
    epoch: Type.Integer({ minimum: 0, description: 'The epoch that cursor belongs to.' }),
  },
  closed,
)
export type SyncRoom = Static<typeof SyncRoom>

/** Answer to a sync: rows past the cursor in order of `change`, or the order to start over. */
export const SyncPage = Type.Union([
  Type.Object({
    rows: Type.Array(MessageRow, { description: 'Rows changed since the cursor, as they now are.' }),
    head: RoomHead,
    more: Type.Boolean({ description: 'Whether to ask again from the last row’s change.' }),
  }),
  Type.Object({ reset: Type.Literal(true), head: RoomHead }),
])
export type SyncPage = Static<typeof SyncPage>

/** A window of history. `head` was read before the rows: see the sync engine. */
export const HistoryWindow = Type.Object({
  rows: Type.Array(MessageRow, { description: 'Messages in order of `seq`.' }),
  hasBefore: Type.Boolean({ description: 'Whether older messages exist.' }),
  hasAfter: Type.Boolean({ description: 'Whether newer messages exist.' }),
  head: RoomHead,
})
export type HistoryWindow = Static<typeof HistoryWindow>

const tag = 'messages'

export const getHistory = contract({
  method: 'GET',
  path: '/api/room/messages',
  summary: 'A window of history: the newest, or before, after or around a seq',
  tag,
  auth: 'session',
  permission: 'messages:read',
  query: Type.Object(
    {
      roomId: id('The room.'),
      before: Type.Optional(seq('Answers messages below this one.')),
      after: Type.Optional(Type.Integer({ minimum: 0, description: 'Answers messages above this one.' })),
      around: Type.Optional(seq('Answers this message and its neighbours on both sides.')),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'Rows at most.' })),
    },
    closed,
  ),
  status: 200,
  response: HistoryWindow,
})

export const syncRoom = contract({
  method: 'GET',
  path: '/api/room/sync',
  summary: 'What changed in a room since a cursor',
  tag,
  auth: 'session',
  permission: 'messages:read',
  query: SyncRoom,
  status: 200,
  response: SyncPage,
})

export const sendMessage = contract({
  method: 'POST',
  path: '/api/room/message',
  summary: 'Send a message; answered after it is stored',
  tag,
  auth: 'session',
  permission: 'messages:write',
  body: SendMessage,
  status: 201,
  response: Written,
})

export const editMessage = contract({
  method: 'PATCH',
  path: '/api/room/message',
  summary: 'Edit one’s own message',
  tag,
  auth: 'session',
  permission: 'messages:write',
  body: EditMessage,
  status: 200,
  response: Written,
})

export const recallMessage = contract({
  method: 'DELETE',
  path: '/api/room/message',
  summary: 'Recall a message: its content, files and index entries are removed everywhere',
  tag,
  auth: 'session',
  permission: 'messages:write',
  fields: MessageTarget,
  status: 200,
  response: Written,
})

export const addReaction = contract({
  method: 'PUT',
  path: '/api/room/message/reaction',
  summary: 'React to a message',
  tag,
  auth: 'session',
  permission: 'messages:write',
  body: ReactionTarget,
  status: 200,
  response: Written,
})

export const removeReaction = contract({
  method: 'DELETE',
  path: '/api/room/message/reaction',
  summary: 'Take a reaction back',
  tag,
  auth: 'session',
  permission: 'messages:write',
  fields: ReactionTarget,
  status: 200,
  response: Written,
})

export const pinMessage = contract({
  method: 'PUT',
  path: '/api/room/pin',
  summary: 'Pin a message to its room',
  tag,
  auth: 'session',
  permission: 'messages:write',
  body: MessageTarget,
  status: 200,
  response: Written,
})

export const unpinMessage = contract({
  method: 'DELETE',
  path: '/api/room/pin',
  summary: 'Unpin a message',
  tag,
  auth: 'session',
  permission: 'messages:write',
  fields: MessageTarget,
  status: 200,
  response: Written,
})

export const listPins = contract({
  method: 'GET',
  path: '/api/room/pins',
  summary: 'Pinned messages of a room, latest pin first',
  tag,
  auth: 'session',
  permission: 'messages:read',
  query: Type.Object({ roomId: id('The room.'), cursor }, closed),
  status: 200,
  response: page(MessageRow),
})

export const listRoomFiles = contract({
  method: 'GET',
  path: '/api/room/files',
  summary: 'Messages of a room that carry files, newest first',
  tag,
  auth: 'session',
  permission: 'files:read',
  query: Type.Object({ roomId: id('The room.'), cursor }, closed),
  status: 200,
  response: page(MessageRow),
})

export const listReaders = contract({
  method: 'GET',
  path: '/api/room/message/readers',
  summary: 'Who has read a message',
  tag,
  auth: 'session',
  permission: 'messages:read',
  query: Type.Object({ roomId: id('The room.'), seq: seq(), cursor }, closed),
  status: 200,
  response: page(PublicUser),
})

/** The room of a search hit, as far as showing the hit needs it. */
export const FoundRoom = Type.Object({
  id: id('The room.'),
  type: Type.Union([Type.Literal('PRIVATE'), Type.Literal('PUBLIC')], { description: 'Kind of room.' }),
  name: Type.String({ description: 'Its name; for private rooms, the other person’s.' }),
  image: nullable(Type.String({ description: 'File id of its picture.' })),
})

export const searchMessages = contract({
  method: 'GET',
  path: '/api/search',
  summary: 'Search the text of every room the actor may read, in words and in Chinese, newest first',
  tag,
  auth: 'session',
  permission: 'messages:read',
  query: Type.Object(
    {
      query: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'Words that must all occur.' }),
      roomId: Type.Optional(id('Searches only this room.')),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(Type.Object({ row: MessageRow, room: FoundRoom })),
})

/** Command `room.react`. */
export const ReactCommand = Type.Object(
  { ...ReactionTarget.properties, on: Type.Boolean({ description: 'True to react, false to take it back.' }) },
  closed,
)

/** Command `room.pin`. */
export const PinCommand = Type.Object(
  { ...MessageTarget.properties, on: Type.Boolean({ description: 'True to pin, false to unpin.' }) },
  closed,
)

/** Command `room.read`: everything up to `seq` was seen. Never moves back. */
export const ReadRoom = Type.Object(
  { roomId: id('The room.'), seq: Type.Integer({ minimum: 0, description: 'Last message seen.' }) },
  closed,
)

/** Event `messages`: one packet per room and commit, all rows changed after `after` up to `change`. */
export const MessagesEvent = Type.Object({
  roomId: id('The room.'),
  after: Type.Integer({ minimum: 0, description: 'The change before the first one in this packet.' }),
  change: change('The last change in this packet.'),
  epoch: Type.Integer({ minimum: 0, description: "The room's epoch." }),
  rows: Type.Array(MessageRow, { description: 'Rows as they now are, in order of `change`.' }),
})
export type MessagesEvent = Static<typeof MessagesEvent>

/** Event `read`: somebody read up to `seq`. */
export const ReadEvent = Type.Object({
  roomId: id('The room.'),
  userId: id('Who read.'),
  seq: Type.Integer({ minimum: 0, description: 'Last message they have seen.' }),
})
export type ReadEvent = Static<typeof ReadEvent>

/** Event `notification`: something meant for this person, worth a badge or a desktop notice. */
export const Notification = Type.Object({
  kind: Type.Union(
    [
      Type.Literal('mention'),
      Type.Literal('reply'),
      Type.Literal('direct'),
      Type.Literal('friend.requested'),
      Type.Literal('friend.accepted'),
      Type.Literal('warning'),
    ],
    { description: 'What it is about; `warning`: a moderator warns this person.' },
  ),
  userId: id('Who caused it.'),
  roomId: Type.Optional(id('The room it happened in.')),
  seq: Type.Optional(seq('The message it is about.')),
  excerpt: Type.Optional(Type.String({ maxLength: 140, description: 'First words of the message.' })),
  note: Type.Optional(Type.String({ maxLength: 500, description: 'What the moderator says, of `warning`.' })),
})
export type Notification = Static<typeof Notification>
