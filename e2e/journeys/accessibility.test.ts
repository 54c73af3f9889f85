import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { openScreen, publicScreens, setScene, signInViewer } from '../screens.ts'
import { test } from './fixtures.ts'

const serious = new Set(['serious', 'critical'])

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any page, ${scheme}`, async ({ stack, page }) => {
    test.setTimeout(240_000)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const findings: string[] = []
    const check = async (screens: typeof publicScreens) => {
      for (const screen of screens) {
        await openScreen(page, screen)
        const { violations } = await new AxeBuilder({ page }).analyze()
        for (const { id, impact, nodes } of violations) {
          if (impact && serious.has(impact))
            findings.push(`${screen.name}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
        }
      }
    }
    const screens = await setScene(stack)
    await check(publicScreens)
    await signInViewer(page)
    await check(screens)
    expect(findings).toEqual([])
  })
}

test('everything a conversation needs works from the keyboard', async ({ person, seatOf, hasTouch }) => {
  test.skip(hasTouch, 'a phone has no keyboard to speak of')
  const ada = await person('ada')
  const { page } = await seatOf(ada)
  await page.goto('/')
  await page.getByRole('button', { name: 'New room' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await page.keyboard.type('Keyboard club')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)

  const field = page.getByRole('textbox', { name: /^Message / })
  await field.focus()
  await page.keyboard.type('typed and sent')
  await page.keyboard.press('Enter')
  const message = page.getByRole('article').filter({ hasText: 'typed and sent' })
  await expect(message).toBeVisible()

  await page.keyboard.press('Control+K')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('keyboard')
  await expect(page.getByRole('option', { name: /Keyboard club/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('combobox')).toHaveCount(0)

  await page.getByRole('button', { name: 'Members' }).press('Enter')
  await expect(page.getByRole('complementary')).toBeVisible()
  await page.getByRole('complementary').getByRole('button', { name: 'Close' }).press('Enter')
  await expect(page.getByRole('complementary')).toHaveCount(0)
})
