import { expect } from '@playwright/test'
import { reportContent } from '@parley/protocol/moderation'
import { befriend } from '../people.ts'
import { test } from './fixtures.ts'

test('an administrator finds somebody, mutes them, and the log remembers', async ({ stack, person, seatOf }) => {
  const [lin, mei] = [await person('lin'), await person('mei')]
  const roomId = await befriend(lin, mei)
  const { displayName, username } = lin.user
  const member = await seatOf(lin)
  await member.page.goto(`/r/${roomId}`)
  await member.say('good morning')

  const { page, press } = await seatOf(stack.operator)
  await page.goto('/admin/people')
  await page.getByRole('searchbox', { name: 'Find a person' }).fill(username)
  const actions = page.getByRole('button', { name: `Actions for ${displayName}` }).filter({ visible: true })
  await press(actions)
  await press(page.getByRole('menuitem', { name: 'Mute for an hour' }))
  await expect(page.getByText(/^Muted until/).filter({ visible: true })).toBeVisible()

  // Their open page says so, without a reload.
  await expect(member.page.getByText(/^You may only read until/)).toBeVisible()
  await expect(member.field).toBeHidden()

  await page.goto('/admin/audit')
  await page.getByRole('searchbox', { name: 'Find in the log' }).fill('user.muted')
  const line = page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').filter({ hasText: displayName })
  await expect(line.getByText('user.muted')).toBeVisible()

  await page.goto(`/admin/people?query=${username}`)
  await press(actions)
  await press(page.getByRole('menuitem', { name: 'Let write again' }))
  await member.say('thank you')
})

test('a member reports a message; a moderator sees that one, and it goes', async ({ stack, person, seatOf }) => {
  const [lin, mei] = [await person('lin'), await person('mei')]
  const roomId = await befriend(lin, mei)
  const rude = `something rude by ${lin.user.username}`
  const author = await seatOf(lin)
  await author.page.goto(`/r/${roomId}`)
  await author.say('harmless')
  await author.say(rude)

  const reader = await seatOf(mei)
  await reader.page.goto(`/r/${roomId}`)
  await reader.choose(reader.message(rude), 'Report')
  const dialog = reader.page.getByRole('dialog', { name: /^Report this message/ })
  await dialog.getByLabel('What is wrong?').fill('This is rude')
  await reader.press(dialog.getByRole('button', { name: 'Send report' }))
  await expect(reader.page.getByText('A moderator will look at it.')).toBeVisible()

  const { page, press } = await seatOf(stack.operator)
  await page.goto('/admin/reports')
  const look = page.getByRole('button', { name: `Look at the report about ${lin.user.displayName}` })
  await press(look.filter({ visible: true }))
  const report = page.getByRole('dialog', { name: 'Report' })
  await expect(report.getByText(rude)).toBeVisible()
  await expect(report.getByText('harmless')).toBeHidden()
  await press(report.getByRole('button', { name: 'Remove message' }))
  await expect(report).toBeHidden()
  await expect(look).toHaveCount(0)

  await expect(reader.message(rude)).toHaveCount(0)
  await expect(reader.message('harmless')).toBeVisible()
})

test('a warning waits for whoever was away', async ({ stack, person, seatOf }) => {
  const [lin, mei] = [await person('lin'), await person('mei')]
  await mei.client.rest.call(reportContent, { body: { userId: lin.user.id, reason: 'Rude' } })
  const { page, press } = await seatOf(stack.operator)
  await page.goto('/admin/reports')
  await press(
    page.getByRole('button', { name: `Look at the report about ${lin.user.displayName}` }).filter({ visible: true }),
  )
  const report = page.getByRole('dialog', { name: 'Report' })
  await report.getByLabel('Note').fill('Please be kind to one another.')
  await press(report.getByRole('button', { name: 'Warn' }))
  await expect(report).toBeHidden()

  const member = await seatOf(lin)
  await member.page.goto('/')
  const warning = member.page.getByRole('dialog', { name: 'A moderator warns you' })
  await expect(warning).toContainText('Please be kind to one another.')
  const told = member.page.waitForResponse((response) => response.url().endsWith('/read'))
  await member.press(warning.getByRole('button', { name: 'I have read it' }))
  await told
  await member.page.reload()
  await expect(member.page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
  await expect(warning).toBeHidden()
})

test('who may not see the console is told so, and is not offered it', async ({ person, seatOf }) => {
  const { page } = await seatOf(await person('lin'))
  await page.goto('/admin/people')
  await expect(page.getByText('This is for administrators')).toBeVisible()
  await expect(
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Administration' }),
  ).toHaveCount(0)
})
