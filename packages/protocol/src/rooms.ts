import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { MessageRow, RoomHead } from './messages.ts'
import { PublicUser } from './people.ts'
import { closed, cursor, id, nullable, page, timestamp } from './scalars.ts'

/** PRIVATE: two people, made by friendship. PUBLIC: a group. */
export const RoomType = Type.Union([Type.Literal('PRIVATE'), Type.Literal('PUBLIC')], { description: 'Kind of room.' })
export type RoomType = Static<typeof RoomType>

export const RoomVisibility = Type.Union([Type.Literal('listed'), Type.Literal('invite')], {
  description: '`listed`: anybody of the workspace finds and joins it. `invite`: by invitation only.',
})
export type RoomVisibility = Static<typeof RoomVisibility>

export const RoomRole = Type.Union([Type.Literal('creator'), Type.Literal('admin'), Type.Literal('member')], {
  description: 'What one may do in the room.',
})
export type RoomRole = Static<typeof RoomRole>

/** What one wants to be told of a room. */
export const NotifyLevel = Type.Union([Type.Literal('all'), Type.Literal('mentions'), Type.Literal('none')], {
  description: 'Which messages of the room notify.',
})
export type NotifyLevel = Static<typeof NotifyLevel>

const RoomName = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S', description: 'Name of the room.' })
const Topic = Type.String({ maxLength: 250, description: 'What the room is for; empty for none.' })

/** A room as every member sees it, and as it travels in events. */
export const RoomInfo = Type.Object({
  id: id('Id of the room.'),
  type: RoomType,
  visibility: RoomVisibility,
  name: Type.String({ description: 'Its name; empty in private rooms, which show the other person.' }),
  topic: Type.String({ description: 'What it is for; empty for none.' }),
  image: nullable(Type.String({ description: 'File id of its picture.' })),
  memberCount: Type.Integer({ minimum: 0, description: 'How many people are in it.' }),
  createdAt: timestamp('When it was made.'),
})
export type RoomInfo = Static<typeof RoomInfo>

/** A room as the actor sees it in their list. */
export const Room = Type.Object({
  ...RoomInfo.properties,
  role: RoomRole,
  pinned: Type.Boolean({ description: 'Whether the actor keeps it on top of their list.' }),
  notify: NotifyLevel,
  readSeq: Type.Integer({ minimum: 0, description: 'Last message the actor has seen.' }),
  unread: Type.Integer({ minimum: 0, maximum: 100, description: 'Unread messages of others; 100 means more than 99.' }),
  mentions: Type.Integer({ minimum: 0, maximum: 100, description: 'Unread messages that mention the actor.' }),
  head: RoomHead,
  lastMessage: Type.Optional(MessageRow),
  peer: Type.Optional(PublicUser),
  peerReadSeq: Type.Optional(
    Type.Integer({ minimum: 0, description: 'In private rooms, the last message the other person has seen.' }),
  ),
  canPost: Type.Boolean({
    description: 'Whether the actor may send here; false where one of two has blocked the other.',
  }),
})
export type Room = Static<typeof Room>

export const RoomMember = Type.Object({
  user: PublicUser,
  role: RoomRole,
  joinedAt: timestamp('When they joined.'),
  readSeq: Type.Integer({ minimum: 0, description: 'Last message they have seen.' }),
})
export type RoomMember = Static<typeof RoomMember>

export const RoomInvite = Type.Object({
  id: id('Id of the invitation.'),
  roomId: id('The room it leads to.'),
  token: Type.String({ description: 'The secret part of the link; `/invite/<token>` on the web.' }),
  createdBy: id('Who made it.'),
  createdAt: timestamp('When it was made.'),
  expiresAt: nullable(timestamp('When it stops working; null for never.')),
  usesMax: nullable(Type.Integer({ minimum: 1, description: 'How many people may use it; null for any number.' })),
  uses: Type.Integer({ minimum: 0, description: 'How many people have used it.' }),
})
export type RoomInvite = Static<typeof RoomInvite>

export const CreateRoom = Type.Object(
  {
    name: Type.Optional(RoomName),
    topic: Type.Optional(Topic),
    image: Type.Optional(nullable(id('File id from an upload with scene `room`.'))),
    type: RoomType,
    visibility: Type.Optional(RoomVisibility),
    memberIds: Type.Optional(
      Type.Array(id('Somebody to add.'), { maxItems: 500, description: 'Whom to add; for PRIVATE, the one friend.' }),
    ),
    adminIds: Type.Optional(
      Type.Array(id('Somebody to make an admin.'), { maxItems: 100, description: 'Which of them are admins.' }),
    ),
  },
  closed,
)
export type CreateRoom = Static<typeof CreateRoom>

export const JoinRoom = Type.Union([
  Type.Object({ id: id('A listed room.') }, closed),
  Type.Object({ invite: Type.String({ minLength: 1, maxLength: 64, description: 'Token of an invitation.' }) }, closed),
])
export type JoinRoom = Static<typeof JoinRoom>

export const RoomTarget = Type.Object({ id: id('The room.') }, closed)

const RoomAnswer = Type.Object({ room: Room })

const tag = 'rooms'

export const createRoom = contract({
  method: 'POST',
  path: '/api/room',
  summary: 'Make a room; a PRIVATE one with somebody is made once and then returned',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: CreateRoom,
  status: 201,
  response: RoomAnswer,
})

export const getRoom = contract({
  method: 'GET',
  path: '/api/room',
  summary: 'Read one room, or list one’s own with unread counts, latest first',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  query: Type.Object({ id: Type.Optional(id('Answers this one room.')), cursor }, closed),
  status: 200,
  response: Type.Union([RoomAnswer, page(Room)]),
})

export const updateRoom = contract({
  method: 'PATCH',
  path: '/api/room',
  summary: 'Rename a room, or change its topic, picture or visibility',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: Type.Object(
    {
      id: id('The room.'),
      name: Type.Optional(RoomName),
      topic: Type.Optional(Topic),
      image: Type.Optional(nullable(id('File id from an upload with scene `room`; null for none.'))),
      visibility: Type.Optional(RoomVisibility),
    },
    { ...closed, minProperties: 2 },
  ),
  status: 200,
  response: RoomAnswer,
})

export const deleteRoom = contract({
  method: 'DELETE',
  path: '/api/room',
  summary: 'Delete a room with everything in it; the creator only',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  fields: RoomTarget,
  status: 204,
})

export const joinRoom = contract({
  method: 'POST',
  path: '/api/joinRoom',
  summary: 'Join a listed room, or any room by invitation',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: JoinRoom,
  status: 200,
  response: RoomAnswer,
})

export const leaveRoom = contract({
  method: 'POST',
  path: '/api/leaveRoom',
  summary: 'Leave a room; a creator hands it over first, or is its last member',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  body: RoomTarget,
  status: 204,
})

export const listDirectory = contract({
  method: 'GET',
  path: '/api/rooms/directory',
  summary: 'Listed rooms of the workspace, by name',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  query: Type.Object(
    {
      query: Type.Optional(Type.String({ maxLength: 80, description: 'Part of the name or topic.' })),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(
    Type.Object({ ...RoomInfo.properties, joined: Type.Boolean({ description: 'Whether the actor is in it.' }) }),
  ),
})

export const updateMembership = contract({
  method: 'PATCH',
  path: '/api/room/membership',
  summary: 'Change how one keeps a room: pinned on top, what notifies',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  body: Type.Object(
    {
      roomId: id('The room.'),
      pinned: Type.Optional(Type.Boolean({ description: 'Whether to keep it on top of the list.' })),
      notify: Type.Optional(NotifyLevel),
    },
    { ...closed, minProperties: 2 },
  ),
  status: 200,
  response: RoomAnswer,
})

export const listMembers = contract({
  method: 'GET',
  path: '/api/room/members',
  summary: 'Members of a room: creator, admins, then by name',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  query: Type.Object(
    {
      roomId: id('The room.'),
      query: Type.Optional(Type.String({ maxLength: 60, description: 'Start of a username or part of a name.' })),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(RoomMember),
})

export const addMembers = contract({
  method: 'POST',
  path: '/api/room/member',
  summary: 'Add people to a group',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: Type.Object(
    {
      roomId: id('The room.'),
      userIds: Type.Array(id('Somebody to add.'), { minItems: 1, maxItems: 500, description: 'Whom to add.' }),
    },
    closed,
  ),
  status: 200,
  response: RoomAnswer,
})

export const updateMember = contract({
  method: 'PATCH',
  path: '/api/room/member',
  summary: 'Give a member another role; `creator` hands the room over',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: Type.Object({ roomId: id('The room.'), userId: id('The member.'), role: RoomRole }, closed),
  status: 204,
})

export const removeMember = contract({
  method: 'DELETE',
  path: '/api/room/member',
  summary: 'Remove a member',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  fields: Type.Object({ roomId: id('The room.'), userId: id('The member.') }, closed),
  status: 204,
})

export const createInvite = contract({
  method: 'POST',
  path: '/api/room/invite',
  summary: 'Make an invitation link',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  body: Type.Object(
    {
      roomId: id('The room.'),
      expiresInMs: Type.Optional(
        Type.Integer({ minimum: 60_000, maximum: 31_536_000_000, description: 'How long it works; absent for ever.' }),
      ),
      usesMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many people may use it.' })),
    },
    closed,
  ),
  status: 201,
  response: RoomInvite,
})

export const getInvite = contract({
  method: 'GET',
  path: '/api/room/invite',
  summary: 'What an invitation leads to, before joining',
  tag,
  auth: 'session',
  permission: 'rooms:read',
  query: Type.Object(
    { token: Type.String({ minLength: 1, maxLength: 64, description: 'Token of the link.' }) },
    closed,
  ),
  status: 200,
  response: Type.Object({
    room: RoomInfo,
    joined: Type.Boolean({ description: 'Whether the actor is already in the room.' }),
  }),
})

export const listInvites = contract({
  method: 'GET',
  path: '/api/room/invites',
  summary: 'Invitations of a room that still work',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  query: Type.Object({ roomId: id('The room.') }, closed),
  status: 200,
  response: page(RoomInvite),
})

export const deleteInvite = contract({
  method: 'DELETE',
  path: '/api/room/invite',
  summary: 'Withdraw an invitation',
  tag,
  auth: 'session',
  permission: 'rooms:write',
  fields: Type.Object({ id: id('The invitation.') }, closed),
  status: 204,
})

/** Event `room.updated`: a room of the actor's changed, or they are now in it. */
export const RoomUpdated = Type.Object({ room: RoomInfo })

/** Event `membership.updated`: the actor keeps a room in another way, told to all their devices. */
export const MembershipUpdated = Type.Object({
  roomId: id('The room.'),
  pinned: Type.Boolean({ description: 'Whether the actor keeps it on top of their list.' }),
  notify: NotifyLevel,
})
export type MembershipUpdated = Static<typeof MembershipUpdated>

/** Event `room.removed`: the actor is no longer in a room. */
export const RoomRemoved = Type.Object({
  roomId: id('The room.'),
  reason: Type.Union([Type.Literal('left'), Type.Literal('removed'), Type.Literal('deleted')], {
    description: 'Why: the actor left, was removed, or the room was deleted.',
  }),
})
export type RoomRemoved = Static<typeof RoomRemoved>

/** Event `member.changed`: somebody joined, left or has another role. */
export const MemberChanged = Type.Object({
  roomId: id('The room.'),
  userId: id('Who.'),
  role: nullable(RoomRole),
  memberCount: Type.Integer({ minimum: 0, description: 'How many people are now in the room.' }),
})
export type MemberChanged = Static<typeof MemberChanged>

/** Command and event `typing` need only the room; the event adds who. */
export const TypingCommand = Type.Object({ roomId: id('The room.') }, closed)
export const TypingEvent = Type.Object({ roomId: id('The room.'), userId: id('Who is typing.') })
