import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { Profile, Username } from './people.ts'
import { closed, id, page, timestamp } from './scalars.ts'

/** At most 128 characters, so that hashing a hostile password costs no more than hashing an honest one. */
const NewPassword = Type.String({ minLength: 8, maxLength: 128, description: 'Password, 8 to 128 characters.' })

const GivenPassword = Type.String({ minLength: 1, maxLength: 128, description: 'Password.' })

/** A session just opened or refreshed. The refresh token travels in an httpOnly cookie, never in the body. */
export const SignedIn = Type.Object({
  accessToken: Type.String({ description: 'JWT for `Authorization: Bearer` and for the socket.' }),
  expiresAt: timestamp('When the access token runs out.'),
  user: Profile,
})
export type SignedIn = Static<typeof SignedIn>

export const Session = Type.Object({
  id: id('Id of the session.'),
  device: Type.String({ description: 'Browser and system, as the device named itself.' }),
  address: Type.String({ description: 'Network address of the last use.' }),
  createdAt: timestamp('When it was opened.'),
  lastUsedAt: timestamp('When it was last used, to the minute.'),
  current: Type.Boolean({ description: 'Whether this is the session that asks.' }),
})
export type Session = Static<typeof Session>

const tag = 'identity'

export const register = contract({
  method: 'POST',
  path: '/api/register',
  summary: 'Make an account and sign in',
  tag,
  auth: 'public',
  body: Type.Object(
    {
      email: Type.String({
        maxLength: 254,
        pattern: '^[^\\s@]{1,64}@[^\\s@.]+(\\.[^\\s@.]+)+$',
        description: 'E-mail address; unique without regard to case.',
        examples: ['lin@example.com'],
      }),
      username: Username,
      password: NewPassword,
      invite: Type.Optional(
        Type.String({ minLength: 1, maxLength: 64, description: 'Token of an invitation to a workspace.' }),
      ),
    },
    closed,
  ),
  status: 201,
  response: SignedIn,
})

export const login = contract({
  method: 'POST',
  path: '/api/login',
  summary: 'Sign in',
  tag,
  auth: 'public',
  body: Type.Object(
    {
      login: Type.String({ minLength: 1, maxLength: 254, description: 'E-mail address or username.' }),
      password: GivenPassword,
    },
    closed,
  ),
  status: 200,
  response: SignedIn,
})

export const refresh = contract({
  method: 'POST',
  path: '/api/refresh',
  summary: 'Trade the refresh cookie for a new access token; the cookie rotates',
  tag,
  auth: 'public',
  status: 200,
  response: SignedIn,
})

export const logout = contract({
  method: 'POST',
  path: '/api/logout',
  summary: 'Sign out this session at once',
  tag,
  auth: 'session',
  permission: 'self',
  status: 204,
})

export const listSessions = contract({
  method: 'GET',
  path: '/api/sessions',
  summary: 'Where one is signed in',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: page(Session),
})

export const revokeSession = contract({
  method: 'DELETE',
  path: '/api/sessions/:id',
  summary: 'Sign out another device',
  tag,
  auth: 'session',
  permission: 'self',
  params: Type.Object({ id: id('The session to end.') }, closed),
  status: 204,
})

export const changePassword = contract({
  method: 'POST',
  path: '/api/password',
  summary: 'Change the password; every other session is signed out',
  tag,
  auth: 'session',
  permission: 'self',
  body: Type.Object({ currentPassword: GivenPassword, newPassword: NewPassword }, closed),
  status: 204,
})

/** Event `session.ending`: the server is about to close this socket. */
export const SessionEnding = Type.Object({
  reason: Type.Union(
    [
      Type.Literal('revoked'),
      Type.Literal('disabled'),
      Type.Literal('suspended'),
      Type.Literal('switched'),
      Type.Literal('shutdown'),
      Type.Literal('slow'),
    ],
    {
      description:
        '`revoked`: signed out. `disabled`: the account was. `suspended`: the workspace was. ' +
        '`switched`: this browser went to another workspace, refresh. ' +
        '`shutdown`: the server restarts, reconnect. `slow`: too far behind, reconnect and sync.',
    },
  ),
})
export type SessionEnding = Static<typeof SessionEnding>
