import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { openScreen, publicScreens, setScene, signInViewer, type Screen } from '../screens.ts'
import { test } from './fixtures.ts'

const serious = new Set(['serious', 'critical'])

test('axe finds nothing serious on any page, light or dark', async ({ stack, page }) => {
  test.setTimeout(240_000)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const screens = await setScene(stack)
  const findings = await findingsOn(page, publicScreens)
  await signInViewer(page)
  findings.push(...(await findingsOn(page, screens)))
  expect(findings).toEqual([])
})

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
