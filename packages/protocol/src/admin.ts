import { Type, type Static } from 'typebox'
import { RoleKey } from './access.ts'
import { contract } from './contract.ts'
import { FileKind } from './files.ts'
import { PublicUser } from './people.ts'
import { RoomType, RoomVisibility } from './rooms.ts'
import { closed, cursor, id, nullable, page, timestamp } from './scalars.ts'

/** Which way a list runs. */
export const SortOrder = Type.Union([Type.Literal('asc'), Type.Literal('desc')], {
  description: 'Upwards or downwards; each list has its own way without it.',
})
export type SortOrder = Static<typeof SortOrder>

const bytes = (description: string) => Type.Integer({ minimum: 0, description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const milliseconds = (description: string) => Type.Number({ minimum: 0, description })

const text = (description: string) => Type.Optional(Type.String({ maxLength: 80, description }))

const tag = 'admin'

/** Messages that were sent in one hour or on one day. */
export const MessageCount = Type.Object({
  at: timestamp('When the hour or the day, in UTC, began.'),
  messages: count('Messages sent in it.'),
})
export type MessageCount = Static<typeof MessageCount>

/** The workspace at a glance. */
export const Overview = Type.Object({
  people: Type.Object({
    total: count('People who are not disabled.'),
    activeDay: count('Of them, who used it in the last 24 hours.'),
    activeWeek: count('Of them, who used it in the last 7 days.'),
    online: count('Of them, who are connected now.'),
  }),
  rooms: count('Rooms that are not deleted.'),
  storageBytes: bytes('Bytes of files it keeps.'),
  storageBytesMax: nullable(bytes('Most it may keep; null for no limit.')),
  openReports: count('Reports nobody has resolved yet.'),
  messagesByHour: Type.Array(MessageCount, {
    description: 'The last 24 hours, the earliest first, this one included.',
  }),
  messagesByDay: Type.Array(MessageCount, { description: 'The last 30 days, the earliest first, today included.' }),
})
export type Overview = Static<typeof Overview>

export const getOverview = contract({
  method: 'GET',
  path: '/api/admin/overview',
  summary: 'The workspace at a glance: people, messages, rooms, storage, reports',
  tag,
  auth: 'session',
  permission: 'workspace:admin',
  status: 200,
  response: Overview,
})

/** Where a person stands. `muted` people read but do not write, `disabled` ones are shut out. */
export const PersonStatus = Type.Union([Type.Literal('active'), Type.Literal('muted'), Type.Literal('disabled')], {
  description: '`active`; `muted`: reads but does not write; `disabled`: shut out.',
})
export type PersonStatus = Static<typeof PersonStatus>

/** A person as administrators see them. */
export const AdminPerson = Type.Object({
  user: PublicUser,
  email: Type.String({ description: 'E-mail address of the account.' }),
  role: RoleKey,
  roleName: Type.String({ description: 'What the role is called; a built-in one by its key.' }),
  status: PersonStatus,
  disabledAt: nullable(timestamp('When they were shut out; null if they are not.')),
  mutedUntil: nullable(timestamp('Until when they only read; null if they are not muted.')),
  lastSeenAt: nullable(timestamp('When they were last here; null for never.')),
  sessions: count('Devices they are signed in on.'),
})
export type AdminPerson = Static<typeof AdminPerson>

const PersonAnswer = Type.Object({ person: AdminPerson })
const person = Type.Object({ id: id('The person.') }, closed)

/** What the list of people may be sorted by. */
export const PersonSort = Type.Union(
  [
    Type.Literal('username'),
    Type.Literal('displayName'),
    Type.Literal('email'),
    Type.Literal('lastSeenAt'),
    Type.Literal('createdAt'),
  ],
  { description: 'By what; the username without it.' },
)
export type PersonSort = Static<typeof PersonSort>

export const listPeople = contract({
  method: 'GET',
  path: '/api/admin/people',
  summary: 'People of the workspace, with their role, standing and devices',
  tag,
  auth: 'session',
  permission: 'people:admin',
  query: Type.Object(
    {
      query: text('Part of the username, the name or the e-mail address.'),
      role: Type.Optional(RoleKey),
      status: Type.Optional(PersonStatus),
      sort: Type.Optional(PersonSort),
      order: Type.Optional(SortOrder),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(AdminPerson),
})

export const setPersonDisabled = contract({
  method: 'POST',
  path: '/api/admin/people/:id/disabled',
  summary: 'Shut somebody out, which ends their sessions at once, or let them in again',
  tag,
  auth: 'session',
  permission: 'people:admin',
  params: person,
  body: Type.Object(
    {
      disabled: Type.Boolean({ description: 'True to shut out, false to let in again.' }),
      reason: Type.Optional(Type.String({ maxLength: 500, description: 'Why, for the audit log.' })),
    },
    closed,
  ),
  status: 200,
  response: PersonAnswer,
})

export const setPersonMuted = contract({
  method: 'POST',
  path: '/api/admin/people/:id/muted',
  summary: 'Let somebody only read until a time, or write again',
  tag,
  auth: 'session',
  permission: 'people:admin',
  params: person,
  body: Type.Object(
    { until: nullable(timestamp('Until when, at most a year from now; null to let them write again.')) },
    closed,
  ),
  status: 200,
  response: PersonAnswer,
})

export const signOutPerson = contract({
  method: 'DELETE',
  path: '/api/admin/people/:id/sessions',
  summary: 'End every session somebody has in the workspace',
  tag,
  auth: 'session',
  permission: 'people:admin',
  params: person,
  status: 204,
})

/** A session as administrators see it. */
export const AdminSession = Type.Object({
  id: id('Id of the session.'),
  user: PublicUser,
  device: Type.String({ description: 'Browser and system, as the device named itself.' }),
  address: Type.String({ description: 'Network address of the last use.' }),
  createdAt: timestamp('When it was opened.'),
  lastUsedAt: timestamp('When it was last used, to the minute.'),
  current: Type.Boolean({ description: 'Whether this is the session that asks.' }),
})
export type AdminSession = Static<typeof AdminSession>

/** What the list of sessions may be sorted by. */
export const SessionSort = Type.Union([Type.Literal('lastUsedAt'), Type.Literal('createdAt')], {
  description: 'By what; the last use, the latest first, without it.',
})
export type SessionSort = Static<typeof SessionSort>

export const listAllSessions = contract({
  method: 'GET',
  path: '/api/admin/sessions',
  summary: 'Every live session of the workspace',
  tag,
  auth: 'session',
  permission: 'sessions:admin',
  query: Type.Object(
    {
      query: text('Part of the username, the name, the device or the address.'),
      userId: Type.Optional(id('Only this person’s.')),
      sort: Type.Optional(SessionSort),
      order: Type.Optional(SortOrder),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(AdminSession),
})

export const endSession = contract({
  method: 'DELETE',
  path: '/api/admin/sessions/:id',
  summary: 'End one session of the workspace at once',
  tag,
  auth: 'session',
  permission: 'sessions:admin',
  params: Type.Object({ id: id('The session.') }, closed),
  status: 204,
})

/** A room as administrators see it: how large and how lively it is, and nothing of what is said in it. */
export const AdminRoom = Type.Object({
  id: id('Id of the room.'),
  type: RoomType,
  visibility: RoomVisibility,
  name: Type.String({ description: 'Its name; empty for private conversations.' }),
  members: count('People in it.'),
  messages: count('Messages it holds.'),
  bytes: bytes('Bytes of files sent in it.'),
  lastActivityAt: nullable(timestamp('When the last message was sent; null in an empty room.')),
  createdAt: timestamp('When it was made.'),
})
export type AdminRoom = Static<typeof AdminRoom>

/** What the list of rooms may be sorted by. */
export const RoomSort = Type.Union(
  [
    Type.Literal('name'),
    Type.Literal('members'),
    Type.Literal('messages'),
    Type.Literal('bytes'),
    Type.Literal('lastActivityAt'),
    Type.Literal('createdAt'),
  ],
  { description: 'By what; the name without it.' },
)
export type RoomSort = Static<typeof RoomSort>

export const listAllRooms = contract({
  method: 'GET',
  path: '/api/admin/rooms',
  summary: 'Every room of the workspace, by its size and liveliness; never what is said in it',
  tag,
  auth: 'session',
  permission: 'rooms:admin',
  query: Type.Object(
    {
      query: text('Part of the name.'),
      type: Type.Optional(RoomType),
      sort: Type.Optional(RoomSort),
      order: Type.Optional(SortOrder),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(AdminRoom),
})

export const deleteAnyRoom = contract({
  method: 'DELETE',
  path: '/api/admin/rooms/:id',
  summary: 'Delete a group with all it holds; private conversations are nobody else’s to delete',
  tag,
  auth: 'session',
  permission: 'rooms:admin',
  params: Type.Object({ id: id('The room.') }, closed),
  status: 204,
})

const kept = {
  files: count('How many files.'),
  bytes: bytes('How many bytes they are.'),
}

/** One of the biggest files. */
export const BigFile = Type.Object({
  id: id('Id of the file.'),
  kind: FileKind,
  name: nullable(
    Type.String({ description: 'Its name; null where it was sent in a room not everybody may enter, or not at all.' }),
  ),
  bytes: bytes('Its size.'),
  owner: PublicUser,
  createdAt: timestamp('When it was uploaded.'),
})
export type BigFile = Static<typeof BigFile>

/** What the workspace keeps, against what it may. */
export const StorageUse = Type.Object({
  ...kept,
  bytesMax: nullable(bytes('Most bytes it may keep; null for no limit.')),
  kinds: Type.Array(Type.Object({ kind: FileKind, ...kept }), { description: 'By kind, the biggest first.' }),
  biggestFiles: Type.Array(BigFile, { description: 'At most 20, the biggest first.' }),
  biggestOwners: Type.Array(Type.Object({ user: PublicUser, ...kept }), {
    description: 'Who keeps most: at most 20, the biggest first.',
  }),
})
export type StorageUse = Static<typeof StorageUse>

export const getStorage = contract({
  method: 'GET',
  path: '/api/admin/storage',
  summary: 'What the workspace keeps: by kind, the biggest files, who keeps most',
  tag,
  auth: 'session',
  permission: 'files:admin',
  status: 200,
  response: StorageUse,
})

/** One running API server. */
export const SystemNode = Type.Object({
  id: Type.String({ description: 'Names this run of the server.' }),
  host: Type.String({ description: 'Name of its host.' }),
  version: Type.String({ description: 'Version of Parley it runs.' }),
  nodeVersion: Type.String({ description: 'Version of Node.js it runs on.' }),
  startedAt: timestamp('When it started.'),
  seenAt: timestamp('When it last gave a sign of life.'),
  sockets: count('Sockets it holds.'),
  memoryBytes: bytes('Memory it takes.'),
  heapBytes: bytes('Of it, what its JavaScript takes.'),
  current: Type.Boolean({ description: 'Whether it is the one that answers.' }),
})
export type SystemNode = Static<typeof SystemNode>

/** What the installation runs on. */
export const SystemState = Type.Object({
  nodes: Type.Array(SystemNode, { description: 'The servers of the installation, this one first.' }),
  database: Type.Object({
    version: Type.String({ description: 'As the server names itself.' }),
    pingMs: milliseconds('How long it took to answer.'),
    bytes: bytes('What the tables and their indexes take.'),
    pools: Type.Array(
      Type.Object({
        name: Type.String({ description: '`read` or `write`.' }),
        open: count('Connections that are open.'),
        idle: count('Of them, those nobody uses now.'),
        waiting: count('Requests that wait for one.'),
        max: count('Most that are opened.'),
      }),
      { description: 'Connections of the node that answers.' },
    ),
    replicas: Type.Array(
      Type.Object({
        name: Type.String({ description: 'Host and port.' }),
        isUsed: Type.Boolean({ description: 'Whether it answers and is read from.' }),
        lagMs: nullable(milliseconds('How far it is behind; null where that is not known.')),
      }),
      { description: 'Servers that are read from; empty where there are none.' },
    ),
  }),
  redis: nullable(
    Type.Object({
      isConnected: Type.Boolean({ description: 'Whether it answers.' }),
      pingMs: nullable(milliseconds('How long it took to answer; null where it did not.')),
    }),
  ),
  queues: Type.Array(
    Type.Object({
      name: Type.String({ description: '`messages`: sends that wait for a commit. `search`: rooms to be indexed.' }),
      waiting: count('How many wait.'),
    }),
    { description: 'What waits on the node that answers.' },
  ),
})
export type SystemState = Static<typeof SystemState>

export const getSystem = contract({
  method: 'GET',
  path: '/api/admin/system',
  summary: 'What the installation runs on: nodes, database, Redis, queues',
  tag,
  auth: 'session',
  permission: 'system:read',
  status: 200,
  response: SystemState,
})
