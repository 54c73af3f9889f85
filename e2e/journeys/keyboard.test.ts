import { expect } from '@playwright/test'
import { createRoom } from '@parley/protocol/rooms'
import { test } from './fixtures.ts'

test('a conversation needs no mouse: sign in, switch rooms, send, react, reply, panels', async ({ person, seat }) => {
  const ann = await person('ann')
  for (const name of ['Alpha', 'Beta']) {
    await ann.client.rest.call(createRoom, { body: { name, type: 'PUBLIC' } })
  }
  const { page, field, message } = await seat()
  const { keyboard } = page
  const heading = (name: string) => page.getByRole('heading', { name, level: 1 })

  await test.step('sign in', async () => {
    await page.goto('/signin')
    await page.getByLabel('E-mail or username').focus()
    await keyboard.type(ann.email)
    await keyboard.press('Tab')
    await keyboard.type(ann.password)
    await keyboard.press('Enter')
    await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
  })

  await test.step('switch rooms', async () => {
    for (const name of ['Alpha', 'Beta', 'Alpha']) {
      await keyboard.press('Control+K')
      await expect(page.getByRole('combobox')).toBeFocused()
      await keyboard.type(name)
      await expect(page.getByRole('option', { selected: true })).toContainText(name)
      await keyboard.press('Enter')
      await expect(heading(name)).toBeVisible()
    }
    await expect(field).toBeFocused()
    await keyboard.press('Control+K')
    await expect(page.getByRole('combobox')).toBeFocused()
    await keyboard.press('Escape')
    await expect(field).toBeFocused()
  })

  await test.step('send', async () => {
    await keyboard.type('typed and sent')
    await keyboard.press('Shift+Enter')
    await keyboard.type('in two lines')
    await keyboard.press('Enter')
    await expect(message('typed and sent')).toContainText('in two lines')
    // Once it is stored it is where Tab stops.
    await expect(message('typed and sent')).toHaveAttribute('tabindex', '0')
  })

  await test.step('react', async () => {
    await message('typed and sent').focus()
    await keyboard.press('ArrowUp')
    await keyboard.press('ArrowDown')
    await expect(message('typed and sent')).toBeFocused()
    await keyboard.press('Tab')
    await expect(message('typed and sent').getByRole('button', { name: 'React' })).toBeFocused()
    await keyboard.press('Enter')
    await expect(page.getByRole('searchbox', { name: 'Find an emoji' })).toBeFocused()
    await keyboard.type('party popper')
    await expect(page.getByRole('button', { name: 'party popper' })).toBeVisible()
    await keyboard.press('Enter')
    await expect(message('typed and sent').getByRole('button', { name: '🎉, 1 person' })).toBeVisible()
  })

  await test.step('reply', async () => {
    await message('typed and sent').focus()
    await keyboard.press('r')
    await expect(field).toBeFocused()
    await keyboard.type('and answered')
    await keyboard.press('Enter')
    await expect(message('and answered').getByRole('button', { name: /typed and sent/ })).toBeVisible()
  })

  await test.step('open and close panels', async () => {
    const members = page.getByRole('button', { name: 'Members' }).first()
    await members.focus()
    await keyboard.press('Enter')
    await expect(page.getByRole('complementary').getByRole('region', { name: 'Members' })).toBeVisible()
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).focus()
    await keyboard.press('Escape')
    await expect(page.getByRole('complementary')).toHaveCount(0)
    await expect(members).toBeFocused()
    await keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Shortcuts' })
    await expect(sheet.getByText('Go to a room or person')).toBeVisible()
    await expect(sheet.getByRole('heading', { name: 'On a message' })).toBeVisible()
    await keyboard.press('Escape')
    await expect(members).toBeFocused()
  })
})
