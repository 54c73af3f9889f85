import {
  beginTotp,
  disableTotp,
  enableTotp,
  getSecurity,
  login,
  renewRecoveryCodes,
  resetPassword,
  createResetLink,
} from '@parley/protocol/identity'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

interface Enrolled extends TestUser {
  secret: string
  recoveryCodes: string[]
}

/** What the app of somebody shows, `steps` half minutes from now. */
const codeOf = (secret: string, steps = 0): string =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + steps * 30_000 })

/** Somebody with a second factor, whose codes from now on are unused. */
async function enrolled(at: TestApi = api): Promise<Enrolled> {
  const user = await createUser(at)
  const { secret } = await call(at, user, beginTotp, { body: { password: user.password } })
  const { recoveryCodes } = await call(at, user, enableTotp, { body: { code: codeOf(secret) } })
  await at.sql.query('UPDATE accounts SET totp_step = NULL WHERE username = ?', [user.username])
  return { ...user, secret, recoveryCodes }
}

const credentials = ({ username, password }: TestUser, code?: string) => ({
  body: { login: username, password, ...(code !== undefined && { code }) },
})

const wrong = { status: 401, code: 'BAD_CREDENTIALS', details: { reason: 'code' } }

describe('enrolling', () => {
  test('takes the password, proposes a key, and counts from the first right code on', async () => {
    const user = await createUser(api)
    expect((await refusal(api, user, beginTotp, { body: { password: 'wrong' } })).code).toBe('BAD_CREDENTIALS')
    expect(await refusal(api, user, enableTotp, { body: { code: '123456' } })).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'totp-not-begun' },
    })
    const { secret, url } = await call(api, user, beginTotp, { body: { password: user.password } })
    expect(url).toContain(`otpauth://totp/Parley:${encodeURIComponent(user.email)}?issuer=Parley&secret=${secret}`)
    await call(api, null, login, credentials(user))

    expect(await refusal(api, user, enableTotp, { body: { code: codeOf(secret, 40) } })).toMatchObject(wrong)
    const { recoveryCodes } = await call(api, user, enableTotp, { body: { code: codeOf(secret) } })
    expect(new Set(recoveryCodes).size).toBe(10)
    expect(await call(api, user, getSecurity, {})).toMatchObject({ totpEnabled: true, recoveryCodesLeft: 10 })
    expect(await refusal(api, null, login, credentials(user))).toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' })
  })

  test('again is refused while it is on, and a key proposed before is forgotten', async () => {
    const user = await enrolled()
    expect((await refusal(api, user, beginTotp, { body: { password: user.password } })).code).toBe('CONFLICT')
    const other = await createUser(api)
    const body = { password: other.password }
    const first = await call(api, other, beginTotp, { body })
    await call(api, other, beginTotp, { body })
    expect(await refusal(api, other, enableTotp, { body: { code: codeOf(first.secret) } })).toMatchObject(wrong)
  })

  test('leaves neither the key nor the recovery codes in the database, and no other account can use the key', async () => {
    const [user, other] = [await enrolled(), await createUser(api)]
    const [accounts] = await api.sql.query('SELECT * FROM accounts')
    const [codes] = await api.sql.query('SELECT * FROM recovery_codes')
    const [audit] = await api.sql.query('SELECT * FROM audit_log')
    const stored = JSON.stringify([accounts, codes, audit])
    for (const told of [user.secret, ...user.recoveryCodes]) expect(stored).not.toContain(told)
    await api.sql.query(
      `UPDATE accounts theirs JOIN accounts own ON own.username = ?
       SET theirs.totp_secret = own.totp_secret, theirs.totp_enabled_at = NOW() WHERE theirs.username = ?`,
      [user.username, other.username],
    )
    expect((await send(api, login, credentials(other, codeOf(user.secret)))).status).toBe(500)
  })
})

describe('signing in', () => {
  test('takes the password first and then a code, within a step of the server’s clock', async () => {
    const user = await enrolled()
    const noPassword = { ...user, password: 'wrong' }
    const guess = await refusal(api, null, login, credentials(noPassword, codeOf(user.secret)))
    expect(guess.details?.reason).toBeUndefined()
    expect(guess.code).toBe('BAD_CREDENTIALS')
    for (const steps of [-3, 3]) {
      expect(await refusal(api, null, login, credentials(user, codeOf(user.secret, steps)))).toMatchObject(wrong)
    }
    await call(api, null, login, credentials(user, codeOf(user.secret)))
  })

  test('takes no code twice, nor one from before the last', async () => {
    const user = await enrolled()
    const code = codeOf(user.secret)
    await call(api, null, login, credentials(user, code))
    expect(await refusal(api, null, login, credentials(user, code))).toMatchObject(wrong)
    expect(await refusal(api, null, login, credentials(user, codeOf(user.secret, -1)))).toMatchObject(wrong)
    await call(api, null, login, credentials(user, codeOf(user.secret, 1)))
  })

  test('of eight at the same moment with one code, lets one in', async () => {
    const user = await enrolled()
    for (const code of [codeOf(user.secret), user.recoveryCodes[0] ?? '']) {
      const all = await Promise.all(Array.from({ length: 8 }, () => send(api, login, credentials(user, code))))
      expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(all.filter(({ status }) => status === 401)).toHaveLength(7)
    }
  })

  test('takes each recovery code once, however it is typed', async () => {
    const user = await enrolled()
    const [first = '', second = ''] = user.recoveryCodes
    await call(api, null, login, credentials(user, first))
    expect(await refusal(api, null, login, credentials(user, first))).toMatchObject(wrong)
    await call(api, null, login, credentials(user, ` ${second.replaceAll('-', ' ').toUpperCase()}`))
    expect((await call(api, user, getSecurity, {})).recoveryCodesLeft).toBe(8)
    const other = await enrolled()
    expect(await refusal(api, null, login, credentials(other, user.recoveryCodes[2]))).toMatchObject(wrong)
  })

  test('by guessing codes is slowed down, and the right password does not clear the count', async () => {
    const limited = await startApi({ SIGN_IN_ATTEMPTS: '3' })
    try {
      const user = await enrolled(limited)
      const answers: string[] = []
      for (const code of ['000001', '000002', '000003', '000004']) {
        answers.push((await refusal(limited, null, login, credentials(user, code))).code)
        await refusal(limited, null, login, credentials(user))
      }
      expect(answers).toEqual(['BAD_CREDENTIALS', 'BAD_CREDENTIALS', 'BAD_CREDENTIALS', 'RATE_LIMITED'])
    } finally {
      await limited.close()
    }
  })

  test('still takes a code after the password was reset by a link', async () => {
    const user = await enrolled()
    const { link } = await call(api, api.operator, createResetLink, { params: { id: user.id } })
    const reset = { ...user, password: 'a whole new password' }
    const body = { token: link.split('#')[1] ?? '', newPassword: reset.password }
    await call(api, null, resetPassword, { body })
    expect((await refusal(api, null, login, credentials(reset))).code).toBe('SECOND_FACTOR_REQUIRED')
    await call(api, null, login, credentials(reset, codeOf(user.secret)))
  })
})

describe('turning it off, or new recovery codes', () => {
  test('takes the password and a code, and is written down', async () => {
    const user = await enrolled()
    const { password, secret, recoveryCodes } = user
    for (const contract of [disableTotp, renewRecoveryCodes]) {
      const noPassword = { password: 'wrong', code: codeOf(secret) }
      expect((await refusal(api, user, contract, { body: noPassword })).details?.reason).toBeUndefined()
      expect(await refusal(api, user, contract, { body: { password, code: '000000' } })).toMatchObject(wrong)
    }
    const renewed = await call(api, user, renewRecoveryCodes, { body: { password, code: codeOf(secret) } })
    expect(await refusal(api, null, login, credentials(user, recoveryCodes[0]))).toMatchObject(wrong)
    const lost = { password, code: renewed.recoveryCodes[0] ?? '' }
    await call(api, user, disableTotp, { body: lost })
    await call(api, null, login, credentials(user))
    expect(await call(api, user, getSecurity, {})).toMatchObject({ totpEnabled: false, recoveryCodesLeft: 0 })
    expect((await refusal(api, user, disableTotp, { body: lost })).details?.reason).toBe('totp-disabled')

    const [rows] = await api.sql.query('SELECT action FROM audit_log WHERE target_id = ? ORDER BY id', [user.id])
    expect(JSON.parse(JSON.stringify(rows))).toEqual(
      ['user.registered', 'totp.enabled', 'totp.recovery-renewed', 'totp.disabled'].map((action) => ({ action })),
    )
  })
})
