import { defineConfig, devices } from '@playwright/test'

/** Chromium as `scripts/chromium.ts` found it; Playwright's own when the journeys are run by hand. */
const executablePath = process.env.PARLEY_CHROMIUM
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync']
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }

export default defineConfig({
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    launchOptions: { executablePath, args: ['--no-sandbox', ...quiet] },
    trace: 'retain-on-failure',
    actionTimeout: 10_000,
  },
  projects: [
    { name: 'faults', testDir: 'faults', testMatch: '*.test.ts' },
    { name: 'desktop', testDir: 'journeys', testMatch: '*.test.ts' },
    {
      name: 'phone',
      testDir: 'journeys',
      testMatch: '*.test.ts',
      // A phone has no keyboard to speak of, and its browser keeps cookies as any other.
      testIgnore: ['keyboard.test.ts', 'two-origins.test.ts'],
      use: { ...phone },
    },
  ],
})
