import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium, type BrowserContextOptions } from '@playwright/test'
import { updateProfile, type Locale } from '@parley/protocol/people'
import { createParleyClient } from '@parley/client/client'
import { findChromium } from '../scripts/chromium.ts'
import { startStack } from '../scripts/stack.ts'
import { fillRelay } from './relay-scene.ts'
import {
  adminScreens,
  openScreen,
  publicScreens,
  relayScreens,
  setScene,
  signInViewer,
  viewer,
  type Screen,
} from './screens.ts'

/** `pnpm --filter @parley/e2e screenshots <folder> [name…]`: every screen, or those named, as it looks to people. */
const [folder, ...only] = process.argv.slice(2)
if (!folder) throw new Error('name the folder for the pictures')

const sizes: Record<string, BrowserContextOptions> = {
  1280: { viewport: { width: 1280, height: 800 } },
  390: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
}
const schemes = ['light', 'dark'] as const
const locales: Locale[] = ['en', 'zh-CN', 'zh-TW']

const stack = await startStack({ LOG_LEVEL: 'error' })
const browser = await chromium.launch({
  executablePath: await findChromium(console.log),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
})
try {
  const screens = await setScene(stack)
  await fillRelay(stack.origin, viewer)
  for (const locale of locales) {
    await speak(locale)
    for (const size of Object.keys(sizes)) {
      await take(publicScreens, size, locale, false)
      // Who fills the demo first runs the installation.
      await take([...screens, ...adminScreens, ...relayScreens], size, locale, true)
    }
  }
} finally {
  await browser.close()
  await stack.stop()
}

/** The language of somebody signed in is part of their profile. */
async function speak(locale: Locale) {
  const { rest, session, stop } = createParleyClient({ origin: stack.origin })
  await session.signIn(viewer)
  await rest.call(updateProfile, { body: { locale } })
  stop()
}

async function take(screens: Screen[], size: string, locale: Locale, signedIn: boolean) {
  const context = await browser.newContext({
    ...sizes[size],
    baseURL: stack.origin,
    locale,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/London',
  })
  const page = await context.newPage()
  if (signedIn) await signInViewer(page)
  for (const screen of screens) {
    if (only.length > 0 && !only.includes(screen.name)) continue
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme })
      await openScreen(page, screen)
      const file = join(resolve(folder ?? ''), `${screen.name}-${size}-${scheme}-${locale}.png`)
      await mkdir(join(file, '..'), { recursive: true })
      await page.screenshot({ path: file })
    }
  }
  await context.close()
}
