import { expect, type Locator, type Page } from '@playwright/test'

export type Seat = ReturnType<typeof sitDown>

/** Somebody in front of a screen, with a mouse or a finger. Says what they do, not where the pixels are. */
export function sitDown(page: Page, hasTouch: boolean) {
  const press = (target: Locator) => (hasTouch ? target.tap() : target.click())
  const field = page.getByRole('textbox', { name: /^Message / })
  const messages = page.getByRole('list', { name: 'Messages' }).getByRole('article')

  /** Rests a finger on something until `opened` is there. */
  async function holdFinger(target: Locator, opened: Locator) {
    const session = await page.context().newCDPSession(page)
    // A message just sent is drawn anew when its row arrives, under the finger.
    await expect(async () => {
      const box = await target.boundingBox({ timeout: 1_000 })
      if (!box) throw new Error('there is nothing to hold a finger on')
      const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]
      await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
      try {
        await expect(opened).toBeVisible({ timeout: 2_000 })
      } finally {
        await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
      }
    }).toPass({ timeout: 10_000 })
    await session.detach()
  }

  return {
    page,
    field,
    messages,
    press,
    message: (text: string) => messages.filter({ hasText: text }),

    async register(account: { email: string; username: string; password: string }) {
      await page.goto('/')
      await press(page.getByRole('link', { name: 'Make an account' }))
      await page.getByLabel('E-mail').fill(account.email)
      await page.getByLabel('Username').fill(account.username)
      await page.getByLabel('Password', { exact: true }).fill(account.password)
      await press(page.getByRole('button', { name: 'Make account' }))
      await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
    },

    async goTo(destination: 'Chats' | 'People' | 'Settings') {
      const navigation = page.getByRole('navigation', { name: 'Main' })
      await press(navigation.getByRole('link', { name: new RegExp(`^${destination}`) }))
    },

    async openRoom(name: string) {
      await press(page.getByRole('navigation', { name: 'Conversations' }).getByRole('link', { name }))
      await expect(field).toBeVisible()
    },

    async say(text: string) {
      await field.fill(text)
      if (hasTouch) await press(page.getByRole('button', { name: 'Send' }))
      else await field.press('Enter')
      await expect(messages.filter({ hasText: text })).toBeVisible()
    },

    async attach(files: { name: string; mimeType: string; buffer: Buffer }[]) {
      const choosing = page.waitForEvent('filechooser')
      await press(page.getByRole('button', { name: 'Attach files' }))
      await (await choosing).setFiles(files)
    },

    /** Chooses from what can be done with a message: the menu of a mouse, the sheet of a finger. */
    async choose(message: Locator, action: 'Reply' | 'Edit' | 'Recall' | 'Pin' | 'Report') {
      if (hasTouch) {
        const sheet = page.getByRole('dialog', { name: 'Message' })
        await holdFinger(message, sheet)
        await press(sheet.getByRole('button', { name: action }))
        return
      }
      await message.hover()
      await message.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
      await press(page.getByRole('menuitem', { name: action }))
    },

    async react(message: Locator) {
      if (hasTouch) {
        const sheet = page.getByRole('dialog', { name: 'Message' })
        await holdFinger(message, sheet)
        await press(sheet.getByRole('button', { name: 'React with 🎉' }))
        return
      }
      await message.hover()
      await message.getByRole('toolbar').getByRole('button', { name: 'React' }).click()
      await page.getByRole('searchbox', { name: 'Find an emoji' }).fill('party popper')
      await press(page.getByRole('button', { name: 'party popper' }))
    },
  }
}
