import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { Profile, Username } from './people.ts'
import { closed, email, id, page, timestamp } from './scalars.ts'

/** At most 128 characters, so that hashing a hostile password costs no more than hashing an honest one. */
const NewPassword = Type.String({ minLength: 8, maxLength: 128, description: 'Password, 8 to 128 characters.' })

const GivenPassword = Type.String({ minLength: 1, maxLength: 128, description: 'Password.' })

const SecondFactorCode = Type.String({
  minLength: 6,
  maxLength: 32,
  description: 'Six digits from the authenticator app, or a recovery code.',
  examples: ['123456'],
})

const LinkToken = Type.String({ minLength: 1, maxLength: 64, description: 'What stands behind the `#` of the link.' })

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
      email: email('E-mail address; unique without regard to case.'),
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
  summary: 'Sign in; answers SECOND_FACTOR_REQUIRED where a code is needed too',
  tag,
  auth: 'public',
  body: Type.Object(
    {
      login: Type.String({ minLength: 1, maxLength: 254, description: 'E-mail address or username.' }),
      password: GivenPassword,
      code: Type.Optional(SecondFactorCode),
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

export const revokeOtherSessions = contract({
  method: 'DELETE',
  path: '/api/sessions',
  summary: 'Sign out everywhere but here',
  tag,
  auth: 'session',
  permission: 'self',
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

/** How well an account is guarded. */
export const Security = Type.Object({
  emailVerified: Type.Boolean({ description: 'Whether the e-mail address was proven to be one’s own.' }),
  mailEnabled: Type.Boolean({ description: 'Whether this installation sends mail.' }),
  totpEnabled: Type.Boolean({ description: 'Whether signing in takes a code from an authenticator app.' }),
  recoveryCodesLeft: Type.Integer({ minimum: 0, description: 'Recovery codes that were not used yet.' }),
})
export type Security = Static<typeof Security>

export const getSecurity = contract({
  method: 'GET',
  path: '/api/security',
  summary: 'How well one’s own account is guarded',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: Security,
})

export const requestEmailVerification = contract({
  method: 'POST',
  path: '/api/email/verification',
  summary: 'Send the link that verifies one’s e-mail address again',
  tag,
  auth: 'session',
  permission: 'self',
  status: 204,
})

export const verifyEmail = contract({
  method: 'POST',
  path: '/api/email/verify',
  summary: 'Verify an e-mail address by the link that was sent to it; each link works once',
  tag,
  auth: 'public',
  body: Type.Object({ token: LinkToken }, closed),
  status: 204,
})

export const forgotPassword = contract({
  method: 'POST',
  path: '/api/password/forgot',
  summary: 'Send a link for a new password; answers the same whether or not there is such an account',
  tag,
  auth: 'public',
  body: Type.Object(
    {
      email: Type.String({ minLength: 3, maxLength: 254, pattern: '@', description: 'E-mail address of the account.' }),
    },
    closed,
  ),
  status: 202,
  response: Type.Object({
    mailEnabled: Type.Boolean({ description: 'Without mail, an administrator of the workspace makes the link.' }),
  }),
})

export const resetPassword = contract({
  method: 'POST',
  path: '/api/password/reset',
  summary: 'Set a new password by a link, which works once; every session is signed out',
  tag,
  auth: 'public',
  body: Type.Object({ token: LinkToken, newPassword: NewPassword }, closed),
  status: 204,
})

export const createResetLink = contract({
  method: 'POST',
  path: '/api/admin/people/:id/reset-link',
  summary: 'Make the link by which somebody sets a new password, to hand it to them',
  tag,
  auth: 'session',
  permission: 'people:admin',
  params: Type.Object({ id: id('The person.') }, closed),
  status: 201,
  response: Type.Object({
    link: Type.String({ description: 'Shown once; whoever holds it can take the account.' }),
    expiresAt: timestamp('Until when it works.'),
  }),
})

export const beginTotp = contract({
  method: 'POST',
  path: '/api/totp',
  summary: 'Propose the key of a second factor; it counts from the first right code on',
  tag,
  auth: 'session',
  permission: 'self',
  body: Type.Object({ password: GivenPassword }, closed),
  status: 200,
  response: Type.Object({
    secret: Type.String({ description: 'The key in base32, to type into an authenticator app.' }),
    url: Type.String({ description: 'The same as an `otpauth:` URL, to show as a QR code.' }),
  }),
})

/** Codes that stand in for a lost second factor. */
const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String({ description: 'Good once.' }), { description: 'Never shown again.' }),
})

export const enableTotp = contract({
  method: 'POST',
  path: '/api/totp/enable',
  summary: 'Turn the second factor on with the first code of the app',
  tag,
  auth: 'session',
  permission: 'self',
  body: Type.Object({ code: SecondFactorCode }, closed),
  status: 200,
  response: RecoveryCodes,
})

/** Proves again who one is, before what guards the account is changed. */
const Proof = Type.Object({ password: GivenPassword, code: SecondFactorCode }, closed)

export const disableTotp = contract({
  method: 'DELETE',
  path: '/api/totp',
  summary: 'Turn the second factor off',
  tag,
  auth: 'session',
  permission: 'self',
  body: Proof,
  status: 204,
})

export const renewRecoveryCodes = contract({
  method: 'POST',
  path: '/api/totp/recovery-codes',
  summary: 'Make new recovery codes; the old ones stop working',
  tag,
  auth: 'session',
  permission: 'self',
  body: Proof,
  status: 200,
  response: RecoveryCodes,
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
