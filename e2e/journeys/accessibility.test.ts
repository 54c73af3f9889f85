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

test('axe finds nothing serious on any page, light or dark, and each keeps the content policy', async ({
  stack,
  page,
}) => {
  test.setTimeout(420_000)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const violations = violationsOn(page)
  const screens = await setScene(stack)
  const findings = await findingsOn(page, publicScreens)
  await signInViewer(page)
  findings.push(...(await findingsOn(page, screens)))
  await signInTo(page, stack.operator)
  await fillRelay(stack.origin, { login: stack.operator.email, password: stack.operator.password })
  findings.push(...(await findingsOn(page, [...adminScreens, ...relayScreens])))
  expect(findings).toEqual([])
  expect(violations).toEqual([])
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

async function findingsOn(page: Page, screens: Screen[]): Promise<string[]> {
  const findings: string[] = []
  const check = async (name: string, axe: AxeBuilder) => {
    const { violations } = await axe.analyze()
    for (const { id, impact, nodes } of violations) {
      if (impact && serious.has(impact))
        findings.push(`${name}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`)
    }
  }
  for (const screen of screens) {
    await page.emulateMedia({ colorScheme: 'light' })
    await openScreen(page, screen)
    await check(`${screen.name}, light`, new AxeBuilder({ page }))
    // The dark differs in nothing but its colours.
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('html')).toHaveClass(/dark/)
    await check(`${screen.name}, dark`, new AxeBuilder({ page }).withRules('color-contrast'))
  }
  return findings
}
