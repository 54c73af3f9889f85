import {
  changePassword,
  createResetLink,
  forgotPassword,
  getSecurity,
  listSessions,
  login,
  requestEmailVerification,
  resetPassword,
  verifyEmail,
} from '@parley/protocol/identity'
import { createWorkspaceInvite, joinWorkspace } from '@parley/protocol/workspaces'
import { drizzle } from 'drizzle-orm/mysql2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  call,
  connect,
  createUser,
  refusal,
  send,
  signIn,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { startMailServer, textOf, type TestMailServer } from '../../../test/mail-server.ts'
import { sweepEmailTokens } from './email-tokens.ts'

const PUBLIC_URL = 'https://parley.example.com'
let mail: TestMailServer
let api: TestApi
beforeAll(async () => {
  mail = await startMailServer()
  api = await startApi({ SMTP_URL: mail.url, PUBLIC_URL })
  await mail.next()
})
afterAll(async () => {
  await api.close()
  await mail.close()
})

const newPassword = 'a whole new password'
const someToken = 'x'.repeat(43)

/** The next mail, which must go to this person and hold a link to this page; answers the link's token. */
async function tokenFor(user: Pick<TestUser, 'email'>, page: string): Promise<string> {
  const received = await mail.next()
  expect(received.to).toEqual([user.email])
  const token = new RegExp(`${PUBLIC_URL}/${page}#([\\w-]{43})\\s`).exec(textOf(received))?.[1]
  if (token === undefined) throw new Error(`no link in ${textOf(received)}`)
  return token
}

/** Registers somebody and takes the mail that greets them. */
async function registered(): Promise<TestUser & { verifyToken: string }> {
  const user = await createUser(api)
  return { ...user, verifyToken: await tokenFor(user, 'verify-email') }
}

const audited = async (action: string, userId: string) => {
  const [rows] = await api.sql.query('SELECT actor_id FROM audit_log WHERE action = ? AND target_id = ?', [
    action,
    userId,
  ])
  return Array.isArray(rows) ? rows : []
}

describe('an e-mail address', () => {
  test('is verified by the link that registration sends, once', async () => {
    const user = await registered()
    expect(await call(api, user, getSecurity, {})).toMatchObject({ emailVerified: false, mailEnabled: true })
    await call(api, null, verifyEmail, { body: { token: user.verifyToken } })
    expect((await call(api, user, getSecurity, {})).emailVerified).toBe(true)
    expect(await audited('email.verified', user.id)).toHaveLength(1)
    const again = await refusal(api, null, verifyEmail, { body: { token: user.verifyToken } })
    expect(again).toMatchObject({ status: 404, details: { reason: 'link-spent' } })
  })

  test('is asked about again on request, in the language of its owner, and no more once it is verified', async () => {
    const user = await registered()
    await api.sql.query("UPDATE users SET locale = 'zh-CN' WHERE id = ?", [user.id])
    await call(api, user, requestEmailVerification, {})
    const known = mail.received.length
    expect(textOf(mail.received[known - 1] ?? { to: [], raw: '' })).toContain('验证你在 Parley 的邮箱地址')
    await call(api, null, verifyEmail, { body: { token: await tokenFor(user, 'verify-email') } })
    await call(api, user, requestEmailVerification, {})
    expect(mail.received).toHaveLength(known)
  })

  test('is not verified by a link that was sent to the address before', async () => {
    const user = await registered()
    await api.sql.query("UPDATE accounts SET email = CONCAT('new-', email) WHERE email = ?", [user.email])
    expect((await refusal(api, null, verifyEmail, { body: { token: user.verifyToken } })).code).toBe('NOT_FOUND')
  })
})

describe('a forgotten password', () => {
  test('is set anew by the link, which ends every session and works once', async () => {
    const user = await registered()
    const socket = await connect(api, user)
    const asked = await send(api, forgotPassword, { body: { email: user.email.toUpperCase() } })
    expect([asked.status, await asked.json()]).toEqual([202, { mailEnabled: true }])
    const token = await tokenFor(user, 'reset-password')

    await call(api, null, resetPassword, { body: { token, newPassword } })
    expect(await socket.next('session.ending')).toEqual({ reason: 'revoked' })
    await socket.closed
    expect((await refusal(api, user, listSessions)).code).toBe('TOKEN_REVOKED')
    const old = { login: user.username, password: user.password }
    expect((await refusal(api, null, login, { body: old })).code).toBe('BAD_CREDENTIALS')
    await signIn(api, { username: user.username, password: newPassword })
    expect(await audited('password.reset', user.id)).toMatchObject([{ actor_id: Number(user.id) }])
  })

  test('is told the same way, before anything is looked up, where there is no such account', async () => {
    const before = mail.received.length
    const answers = []
    for (const email of ['nobody@example.com', 'a@b.example,c@d.example']) {
      const response = await send(api, forgotPassword, { body: { email } })
      answers.push([response.status, await response.json()])
    }
    expect(answers).toEqual([
      [202, { mailEnabled: true }],
      [202, { mailEnabled: true }],
    ])
    const known = await registered()
    expect(mail.received).toHaveLength(before + 1)
    await call(api, null, forgotPassword, { body: { email: known.email } })
    await tokenFor(known, 'reset-password')
  })

  test('is set by one of two requests at the same moment', async () => {
    const user = await registered()
    await call(api, null, forgotPassword, { body: { email: user.email } })
    const token = await tokenFor(user, 'reset-password')
    const both = await Promise.all(
      ['one password here', 'other password here'].map((wanted) =>
        send(api, resetPassword, { body: { token, newPassword: wanted } }),
      ),
    )
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([204, 404])
  })

  test('is refused in the same words by a link that was used, ran out, was replaced, is for something else or made up', async () => {
    const user = await registered()
    const asked = async () => {
      await call(api, null, forgotPassword, { body: { email: user.email } })
      return tokenFor(user, 'reset-password')
    }
    const [used, replaced] = [await asked(), await asked()]
    await call(api, null, resetPassword, { body: { token: used, newPassword } })
    const [expired, outdated] = [await asked(), await asked()]
    await api.sql.query(
      'UPDATE email_tokens SET expires_at = NOW() - INTERVAL 1 SECOND WHERE token_hash = SHA2(?, 256)',
      [expired],
    )
    const again = await signIn(api, { username: user.username, password: newPassword })
    await call(api, again, changePassword, { body: { currentPassword: newPassword, newPassword: 'yet another one' } })
    const answers = await Promise.all(
      [used, replaced, expired, outdated, user.verifyToken, someToken].map((token) =>
        refusal(api, null, resetPassword, { body: { token, newPassword } }),
      ),
    )
    for (const answer of answers) {
      expect({ ...answer, requestId: '' }).toEqual({ ...answers[0], requestId: '' })
      expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND', details: { reason: 'link-spent' } })
    }
  })

  test('never leaves its token in the database', async () => {
    const user = await registered()
    await call(api, null, forgotPassword, { body: { email: user.email } })
    const token = await tokenFor(user, 'reset-password')
    const [rows] = await api.sql.query('SELECT * FROM email_tokens')
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(JSON.stringify(rows)).not.toContain(user.verifyToken)
  })
})

test('links that ran out are swept, others stay', async () => {
  const [old, current] = [await registered(), await registered()]
  const age = `UPDATE email_tokens SET expires_at = NOW() - INTERVAL 1 SECOND WHERE email = ?`
  await api.sql.query(age, [old.email])
  await sweepEmailTokens(drizzle(api.sql))
  const [rows] = await api.sql.query('SELECT email FROM email_tokens WHERE email IN (?, ?)', [old.email, current.email])
  expect(rows).toEqual([{ email: current.email }])
})

test('asking for links, and trying them, is slowed down the same for everybody', async () => {
  const limited = await startApi({ SIGN_IN_ATTEMPTS: '2', SMTP_URL: mail.url })
  try {
    await mail.next()
    for (const email of ['operator@example.com', 'nobody@example.com']) {
      const ask = () => send(limited, forgotPassword, { body: { email } })
      expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([202, 202, 429])
    }
    const guesses = await Promise.all(
      Array.from({ length: 30 }, () => send(limited, resetPassword, { body: { token: someToken, newPassword } })),
    )
    expect(guesses.some(({ status }) => status === 429)).toBe(true)
  } finally {
    await limited.close()
  }
})

test('a mail server that does not answer fails no registration, and says so to who asks for a mail', async () => {
  const deaf = await startApi({ SMTP_URL: 'smtp://127.0.0.1:1' })
  try {
    const user = await createUser(deaf)
    const error = await refusal(deaf, user, requestEmailVerification)
    expect(error).toMatchObject({ status: 503, code: 'OVERLOADED', details: { reason: 'mail-failed' } })
    expect(await call(deaf, null, forgotPassword, { body: { email: user.email } })).toEqual({ mailEnabled: true })
  } finally {
    await deaf.close()
  }
})

describe('without a mail server', () => {
  let mute: TestApi
  let people: Record<'admin' | 'member', TestUser>
  beforeAll(async () => {
    mute = await startApi({ PUBLIC_URL })
  })
  beforeEach(async () => {
    people = { admin: await createUser(mute), member: await createUser(mute) }
    await mute.sql.query("UPDATE users SET role = 'admin' WHERE id = ?", [people.admin.id])
  })
  afterAll(() => mute.close())

  const linkFor = (user: TestUser) => ({ params: { id: user.id } })

  test('nobody is told that a mail went out', async () => {
    const { member } = people
    expect(await call(mute, null, forgotPassword, { body: { email: member.email } })).toEqual({ mailEnabled: false })
    expect(await refusal(mute, member, requestEmailVerification)).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'mail-disabled' },
    })
  })

  test('an administrator makes the link, which is written down without its token', async () => {
    const { admin, member } = people
    const { link, expiresAt } = await call(mute, admin, createResetLink, linkFor(member))
    expect(link).toMatch(/^https:\/\/parley\.example\.com\/reset-password#[\w-]{43}$/)
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 50 * 60_000)
    const token = link.split('#')[1] ?? ''
    const [rows] = await mute.sql.query(
      "SELECT * FROM audit_log WHERE action = 'password.link-made' AND target_id = ?",
      [member.id],
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(token)
    await call(mute, null, resetPassword, { body: { token, newPassword } })
    await signIn(mute, { username: member.username, password: newPassword })
  })

  test('nobody makes one who may not, for themselves, for who may more, or for who is elsewhere too', async () => {
    const { admin, member } = people
    expect((await refusal(mute, member, createResetLink, linkFor(admin))).code).toBe('PERMISSION_DENIED')
    expect(await refusal(mute, admin, createResetLink, linkFor(admin))).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'own-account' },
    })
    expect(await refusal(mute, admin, createResetLink, linkFor(mute.operator))).toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'above-self' },
    })
    const helper = await createUser(mute)
    await mute.sql.query(
      "INSERT INTO user_grants (user_id, workspace_id, permission, granted_by, created_at) VALUES (?, 1, 'people:admin', ?, NOW())",
      [helper.id, admin.id],
    )
    expect((await refusal(mute, helper, createResetLink, linkFor(admin))).code).toBe('PERMISSION_DENIED')
    expect((await refusal(mute, admin, createResetLink, { params: { id: '999999' } })).code).toBe('USER_NOT_FOUND')
  })

  test('who joins another workspace is out of reach, also of a link made before', async () => {
    const { admin, member } = people
    const { link } = await call(mute, admin, createResetLink, linkFor(member))
    await mute.sql.query(
      "INSERT INTO workspaces (name, slug, status, created_at) VALUES ('Other', CONCAT('other', ?), 'active', NOW())",
      [member.id],
    )
    const [[workspace]] = JSON.parse(
      JSON.stringify(await mute.sql.query('SELECT id FROM workspaces WHERE slug = ?', [`other${member.id}`])),
    )
    const inviter = await createUser(mute)
    await mute.sql.query("UPDATE users SET workspace_id = ?, role = 'admin' WHERE id = ?", [workspace.id, inviter.id])
    const there = await signIn(mute, inviter)
    const invite = await call(mute, there, createWorkspaceInvite, { body: {} })
    await call(mute, member, joinWorkspace, { body: { token: invite.link.split('/').at(-1) ?? '' } })

    expect(await refusal(mute, admin, createResetLink, linkFor(member))).toMatchObject({
      code: 'PERMISSION_DENIED',
      details: { reason: 'other-workspaces' },
    })
    const spent = { body: { token: link.split('#')[1] ?? '', newPassword } }
    expect((await refusal(mute, null, resetPassword, spent)).code).toBe('NOT_FOUND')
    await call(mute, mute.operator, createResetLink, linkFor(member))
    // A person of the other workspace does not exist in this one.
    expect((await refusal(mute, admin, createResetLink, linkFor(inviter))).code).toBe('USER_NOT_FOUND')
  })
})
