import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { closed, cursor, id, nullable, page, timestamp } from './scalars.ts'

/** Locales the product speaks. */
export const Locale = Type.Union([Type.Literal('en'), Type.Literal('zh-CN'), Type.Literal('zh-TW')], {
  description: 'Language of the interface.',
})
export type Locale = Static<typeof Locale>

/** 2 to 32 letters, digits, `_`, `.` or `-`, starting with a letter or digit; unique without regard to case. */
export const Username = Type.String({
  minLength: 2,
  maxLength: 32,
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
  description: 'Name to sign in and be mentioned by; unique without regard to case.',
  examples: ['linwei'],
})

export const DisplayName = Type.String({
  minLength: 1,
  maxLength: 60,
  pattern: '\\S',
  description: 'Name shown to people.',
  examples: ['Lin Wei'],
})

const contactFields = {
  email: Type.String({ description: 'E-mail address.' }),
  qq: Type.String({ maxLength: 32, description: 'QQ number.' }),
  wechat: Type.String({ maxLength: 64, description: 'WeChat id.' }),
  github: Type.String({ maxLength: 64, description: 'GitHub account.' }),
}

/** What somebody is to the actor. `requested`: asked by the actor. `incoming`: asked the actor. */
export const Relation = Type.Union(
  [
    Type.Literal('self'),
    Type.Literal('friend'),
    Type.Literal('requested'),
    Type.Literal('incoming'),
    Type.Literal('none'),
  ],
  { description: 'What this person is to the actor.' },
)
export type Relation = Static<typeof Relation>

const publicFields = {
  id: id('Id of the person.'),
  username: Type.String({ description: 'Name to be mentioned by.' }),
  displayName: Type.String({ description: 'Name shown to people.' }),
  bio: Type.String({ description: 'A few words about oneself; empty where none.' }),
  status: Type.String({ description: 'What one is doing just now; empty where nothing is set.' }),
  image: nullable(Type.String({ description: 'File id of the avatar; null where the generated one serves.' })),
  createdAt: timestamp('When the account was made.'),
}

/** A person as anybody in the workspace sees them, and as it travels in events. */
export const PublicUser = Type.Object(publicFields)
export type PublicUser = Static<typeof PublicUser>

/** A person as the actor sees them; contact fields only for oneself, friends and administrators. */
export const User = Type.Object({
  ...publicFields,
  email: Type.Optional(contactFields.email),
  qq: Type.Optional(contactFields.qq),
  wechat: Type.Optional(contactFields.wechat),
  github: Type.Optional(contactFields.github),
  relation: Relation,
  blocked: Type.Boolean({ description: 'Whether the actor has blocked this person.' }),
  roomId: Type.Optional(id('The private room the actor shares with this person.')),
})
export type User = Static<typeof User>

/** One's own profile, whole. */
export const Profile = Type.Object({ ...publicFields, ...contactFields, locale: Locale })
export type Profile = Static<typeof Profile>

/** Fields of one's own profile that may change; absent fields stay as they are. */
export const ProfilePatch = Type.Object(
  {
    username: Type.Optional(Username),
    displayName: Type.Optional(DisplayName),
    bio: Type.Optional(Type.String({ maxLength: 500, description: 'A few words about oneself.' })),
    qq: Type.Optional(contactFields.qq),
    wechat: Type.Optional(contactFields.wechat),
    github: Type.Optional(contactFields.github),
    image: Type.Optional(
      nullable(id('File id from an upload with scene `avatar`; null returns to the generated one.')),
    ),
    locale: Type.Optional(Locale),
    status: Type.Optional(Type.String({ maxLength: 100, description: 'What one is doing just now.' })),
  },
  { ...closed, minProperties: 1 },
)
export type ProfilePatch = Static<typeof ProfilePatch>

/** Online: a socket and recent activity. Away: a socket but nobody at it. Offline: no socket. */
export const PresenceState = Type.Union([Type.Literal('online'), Type.Literal('away'), Type.Literal('offline')], {
  description: 'Whether somebody is there.',
})
export type PresenceState = Static<typeof PresenceState>

export const Presence = Type.Object({
  userId: id('Whose presence.'),
  state: PresenceState,
  lastSeenAt: nullable(timestamp('When they were last there; null while online or never seen.')),
})
export type Presence = Static<typeof Presence>

const userTarget = Type.Object({ userId: id('The other person.') }, closed)

const tag = 'people'

export const getProfile = contract({
  method: 'GET',
  path: '/api/userInfo',
  summary: 'Read one’s own profile',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: Profile,
})

export const updateProfile = contract({
  method: 'POST',
  path: '/api/userInfo',
  summary: 'Change one’s own profile',
  tag,
  auth: 'session',
  permission: 'self',
  body: ProfilePatch,
  status: 200,
  response: Profile,
})

export const getUser = contract({
  method: 'GET',
  path: '/api/user',
  summary: 'Read one person by id, or search people by name',
  tag,
  auth: 'session',
  permission: 'people:read',
  query: Type.Object(
    {
      id: Type.Optional(id('Answers this one person.')),
      query: Type.Optional(
        Type.String({
          maxLength: 60,
          description: 'Answers a page of people whose username or name starts with this.',
        }),
      ),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: Type.Union([User, page(User)]),
})

export const listUsers = contract({
  method: 'GET',
  path: '/api/users',
  summary: 'Read several people at once',
  tag,
  auth: 'session',
  permission: 'people:read',
  query: Type.Object(
    {
      ids: Type.String({
        pattern: '^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,99}$',
        description: 'Up to 100 ids, separated by commas; unknown ones are left out of the answer.',
      }),
    },
    closed,
  ),
  status: 200,
  response: page(PublicUser),
})

export const getUserImage = contract({
  method: 'GET',
  path: '/api/userImage',
  summary: 'The avatar of a username, generated for anybody without one, known or not',
  tag,
  auth: 'public',
  query: Type.Object(
    {
      username: Type.String({ minLength: 1, maxLength: 64, description: 'Whose avatar.' }),
      v: Type.Optional(
        Type.String({ maxLength: 20, description: 'Any value; changes the address when the avatar does.' }),
      ),
    },
    closed,
  ),
  status: 200,
  produces: 'image/*',
})

export const addFriend = contract({
  method: 'POST',
  path: '/api/friend',
  summary: 'Ask somebody to be friends, or accept their request',
  tag,
  auth: 'session',
  permission: 'people:write',
  body: userTarget,
  status: 200,
  response: Type.Object({
    status: Type.Union([Type.Literal('requested'), Type.Literal('friends')], {
      description: 'Whether the request now waits, or both are friends.',
    }),
    roomId: Type.Optional(id('The private room of the two, once they are friends.')),
  }),
})

export const removeFriend = contract({
  method: 'DELETE',
  path: '/api/friend',
  summary: 'End a friendship, withdraw a request or decline one',
  tag,
  auth: 'session',
  permission: 'people:write',
  fields: userTarget,
  status: 204,
})

export const listFriends = contract({
  method: 'GET',
  path: '/api/friends',
  summary: 'Friends and open requests',
  tag,
  auth: 'session',
  permission: 'people:read',
  query: Type.Object({ cursor }, closed),
  status: 200,
  response: page(User),
})

export const blockUser = contract({
  method: 'POST',
  path: '/api/block',
  summary: 'Block somebody: they can no longer message, call or see presence',
  tag,
  auth: 'session',
  permission: 'people:write',
  body: userTarget,
  status: 204,
})

export const unblockUser = contract({
  method: 'DELETE',
  path: '/api/block',
  summary: 'Lift a block',
  tag,
  auth: 'session',
  permission: 'people:write',
  fields: userTarget,
  status: 204,
})

export const listBlocks = contract({
  method: 'GET',
  path: '/api/blocks',
  summary: 'People the actor has blocked',
  tag,
  auth: 'session',
  permission: 'people:read',
  query: Type.Object({ cursor }, closed),
  status: 200,
  response: page(User),
})

/** Command `presence.watch`: from now on hear of these people's comings and goings; replaces the earlier list. */
export const WatchPresence = Type.Object(
  {
    userIds: Type.Array(id('Somebody to watch.'), { maxItems: 500, description: 'Everybody to watch from now on.' }),
  },
  closed,
)

/** Command `presence.set`: whether somebody is at this device. */
export const SetPresence = Type.Object(
  {
    state: Type.Union([Type.Literal('online'), Type.Literal('away')], {
      description: 'Away after some minutes without input.',
    }),
  },
  closed,
)

/** Event `friend.changed`: the relation to somebody is now another. */
export const FriendChanged = Type.Object({
  userId: id('The other person.'),
  relation: Relation,
  roomId: Type.Optional(id('The private room of the two, once they are friends.')),
})
export type FriendChanged = Static<typeof FriendChanged>

/** Event `user.updated`: somebody the actor can see changed their public profile. */
export const UserUpdated = Type.Object({ user: PublicUser })
