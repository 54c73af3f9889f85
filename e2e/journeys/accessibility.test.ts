import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { fillRelay } from '../relay-scene.ts'
import {
  adminScreens,
  openScreen,
  publicScreens,
  relayScreens,
  setScene,
  signInTo,
  signInViewer,
  type Screen,
} from '../screens.ts'
import { test } from './fixtures.ts'

const serious = new Set(['serious', 'critical'])

let screens: Screen[]

test.beforeAll(async ({ stack }) => {
  test.setTimeout(180_000)
  screens = await setScene(stack)
  await fillRelay(stack.origin, { login: stack.operator.email, password: stack.operator.password })
})

test.describe('axe finds nothing serious, light or dark, and the content policy is kept, on the pages', () => {
  test.describe.configure({ timeout: 300_000 })

  test('of somebody who is signed out, and of people', async ({ page }) => {
    await expectSound(page, publicScreens)
    await signInViewer(page)
    await expectSound(page, screens)
  })

  test('of the console', async ({ page, stack }) => {
    await signInTo(page, stack.operator)
    await expectSound(page, adminScreens)
  })

  test('of the relay', async ({ page, stack }) => {
    await signInTo(page, stack.operator)
    await expectSound(page, relayScreens)
  })
})

test('a script that is written into the page does not run', async ({ page }) => {
  const violations = violationsOn(page)
  await page.goto('/')
  // As text: what runs in the page knows a page, and this file does not.
  const hasRun = await page.evaluate(`new Promise((resolve) => {
    const script = document.createElement('script')
    script.textContent = 'document.documentElement.dataset.written = "yes"'
    const image = document.createElement('img')
    image.setAttribute('onerror', 'document.documentElement.dataset.written = "yes"')
    image.addEventListener('error', () => resolve(document.documentElement.dataset.written))
    image.src = 'data:,'
    document.body.append(script, image)
  })`)
  expect(hasRun).toBeUndefined()
  expect(violations).toHaveLength(2)
})

/** What the browser refused to load or run from now on. */
function violationsOn(page: Page): string[] {
  const violations: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(`${page.url()}: ${message.text()}`)
  })
  return violations
}

async function expectSound(page: Page, list: Screen[]): Promise<void> {
  const violations = violationsOn(page)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const findings: string[] = []
  const check = async (name: string, axe: AxeBuilder) => {
    const { violations: found } = await axe.analyze()
    for (const { id, impact, nodes } of found) {
      if (impact && serious.has(impact))
        findings.push(`${name}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`)
    }
  }
  for (const screen of list) {
    await page.emulateMedia({ colorScheme: 'light' })
    await openScreen(page, screen)
    expect(page.frames(), screen.name).toHaveLength(1)
    await check(`${screen.name}, light`, axeOn(page))
    // The dark differs in nothing but its colours.
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('html')).toHaveClass(/dark/)
    await check(`${screen.name}, dark`, axeOn(page).withRules('color-contrast'))
  }
  expect(findings).toEqual([])
  expect(violations).toEqual([])
}

/** All of axe in the page itself: otherwise it opens another each time, to add up the frames of this one. */
const axeOn = (page: Page) => new AxeBuilder({ page }).setLegacyMode()
