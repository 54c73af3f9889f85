import { expect } from '@playwright/test'
import { Secret, TOTP } from 'otpauth'
import { test } from './fixtures.ts'
import type { Seat } from './seat.ts'

/** What the app on somebody's phone shows; `steps` half minutes ahead, since no code is taken twice. */
const codeOf = (key: string, steps = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(key), timestamp: Date.now() + steps * 30_000 })

/** Writes login and password, and comes to the second step. */
async function signInHalfway({ page, press }: Seat, { email, password }: { email: string; password: string }) {
  await page.goto('/signin')
  await page.getByLabel('E-mail or username').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page.getByRole('button', { name: 'Sign in' }))
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible()
}

test('two-step sign-in is turned on, asked for, and passed by the app and by a recovery code', async ({
  person,
  seat,
  seatOf,
}) => {
  const lin = await person('lin')
  const { page, press } = await seatOf(lin)
  await page.goto('/settings/security')
  await press(page.getByRole('button', { name: 'Turn on two-step sign-in' }))
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Password', { exact: true }).fill(lin.password)
  await press(dialog.getByRole('button', { name: 'Next' }))
  await expect(dialog.getByRole('img', { name: 'QR code' })).toBeVisible()
  const key = (await dialog.locator('code').innerText()).replaceAll(' ', '')

  const code = dialog.getByLabel('Code from your authenticator app')
  await expect(code).toBeFocused()
  await code.fill(codeOf(key, 20))
  await press(dialog.getByRole('button', { name: 'Turn on', exact: true }))
  await expect(dialog.getByText('This code is not right')).toBeVisible()
  await code.fill(codeOf(key))
  await press(dialog.getByRole('button', { name: 'Turn on', exact: true }))
  const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  const [recoveryCode = ''] = await codes.allInnerTexts()
  await press(dialog.getByRole('button', { name: 'I have kept them' }))
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible()

  const withApp = await seat()
  await signInHalfway(withApp, lin)
  await withApp.page.getByLabel('Code from your authenticator app').fill(codeOf(key, 1))
  await withApp.press(withApp.page.getByRole('button', { name: 'Sign in' }))
  await expect(withApp.page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()

  const withoutApp = await seat()
  await signInHalfway(withoutApp, lin)
  await withoutApp.press(withoutApp.page.getByRole('button', { name: 'Use a recovery code' }))
  await withoutApp.page.getByLabel('Recovery code').fill(recoveryCode)
  await withoutApp.press(withoutApp.page.getByRole('button', { name: 'Sign in' }))
  await expect(withoutApp.page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
  await withoutApp.page.goto('/settings/security')
  await expect(withoutApp.page.getByText('9 recovery codes are left.')).toBeVisible()
})
