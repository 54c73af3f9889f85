import { expect } from '@playwright/test'
import { test } from './fixtures.ts'
import type { Seat } from './seat.ts'

const isAtWork = ({ page }: Seat) => expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()

const isTold = ({ page }: Seat) => expect(page.getByText('You were signed out')).toBeVisible({ timeout: 1_000 })

test('a session revoked from another device says so on its open page within a second', async ({ person, seatOf }) => {
  const lin = await person('lin')
  const [office, home] = [await seatOf(lin), await seatOf(lin)]
  await home.page.goto('/')
  await isAtWork(home)
  await office.page.goto('/settings/sessions')
  const done = office.page.waitForResponse((response) => response.request().method() === 'DELETE')
  await office.press(office.page.getByRole('button', { name: /^Sign out Chrome/ }))
  await done
  await isTold(home)

  await home.page.getByRole('button', { name: 'Sign in' }).click()
  await home.page.getByLabel('E-mail or username').fill(lin.email)
  await home.page.getByLabel('Password', { exact: true }).fill(lin.password)
  await home.press(home.page.getByRole('button', { name: 'Sign in' }))
  await isAtWork(home)
  await expect(office.page.getByText('This device')).toBeVisible()
})

test('signing out everywhere else ends every other page at once, and not this one', async ({ person, seatOf }) => {
  const lin = await person('lin')
  const others = [await seatOf(lin), await seatOf(lin)]
  for (const other of others) {
    await other.page.goto('/')
    await isAtWork(other)
  }
  const { page, press } = await seatOf(lin)
  await page.goto('/settings/sessions')
  await press(page.getByRole('button', { name: 'Sign out everywhere else' }))
  const done = page.waitForResponse((response) => response.request().method() === 'DELETE')
  await press(page.getByRole('dialog').getByRole('button', { name: 'Sign out' }))
  await done
  await Promise.all(others.map(isTold))
  await expect(page.getByText('Other devices are signed out.')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: 'This device' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Sign out Chrome/ })).toHaveCount(0)
})
