import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createParleyClient } from '@parley/client/client'
import { cookieFetch } from '@parley/client/cookie-fetch'
import { expect, test as base, type Locator } from '@playwright/test'
import { createSite } from '../../infra/netlify/site.ts'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { befriend, registerPerson, type Person } from '../people.ts'
import { startHosts, type Hosts } from '../two-hosts.ts'
import { sitDown } from './seat.ts'

/** How the web app and the API may be apart, and how the browser then has to keep the cookies. */
const cases = [
  { apart: 'two hosts of one site', web: 'chat.parley.test', api: 'api.parley.test', sameSite: 'Strict' },
  { apart: 'two sites', web: 'parley-web.test', api: 'parley-api.test', sameSite: 'None' },
]

const names = cases.flatMap(({ web, api }) => [web, api])

/** One API, which lists the web app's origin in both cases. */
const test = base.extend<object, { hosts: Hosts; stack: Stack }>({
  hosts: [
    // Playwright reads what a fixture needs from this pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const hosts = await startHosts(names)
      await use(hosts)
      await hosts.stop()
    },
    { scope: 'worker' },
  ],
  stack: [
    async ({ hosts }, use) => {
      const WEB_ORIGINS = cases.map(({ web }) => hosts.originOf(web)).join(', ')
      const stack = await startStack({ LOG_LEVEL: 'error', WEB_ORIGINS, WEB_DIR: '', COOKIE_SECURE: 'true' })
      for (const { web, api } of cases) {
        hosts.forward(api, stack.origin)
        hosts.serve(web, await createSite(resolve(import.meta.dirname, '../../apps/web/dist'), hosts.originOf(api)))
      }
      await use(stack)
      await stack.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  launchOptions: [
    async ({ launchOptions, hosts }, use) => {
      const { args = [], ...options } = launchOptions
      const more = [
        `--ignore-certificate-errors-spki-list=${hosts.certificate.spkiHash}`,
        `--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1`).join(', ')}`,
        // As browsers do more and more: a cookie of another site is kept only if it says for which.
        '--test-third-party-cookie-phaseout',
      ]
      await use({ ...options, args: [...args, ...more] })
    },
    { scope: 'worker' },
  ],
})

/** Each cookie goes to one path. */
const cookiePaths = ['/api/refresh', '/api/files']

const isShown = (picture: Locator) =>
  expect.poll(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBeGreaterThan(0)

for (const { apart, web, api, sameSite } of cases) {
  test(`the web app and the API work from ${apart}`, async ({ browser, contextOptions, hosts, stack }) => {
    const origin = hosts.originOf(web)
    const context = await browser.newContext({ ...contextOptions, baseURL: origin })
    const complaints: string[] = []
    context.on('console', (message) => {
      // Who opens the app for the first time is asked about, and the answer is no.
      const isExpected = message.location().url.endsWith('/api/refresh')
      if (message.type() === 'error' && !isExpected) complaints.push(`${message.text()} ${message.location().url}`)
    })
    const ann = sitDown(await context.newPage(), false)
    const { page } = ann
    const name = `ann${web.replaceAll('.', '')}`
    const account = { username: name, email: `${name}@example.com`, password: `long ${randomUUID()}` }
    let ben: Person | undefined
    let roomId = ''

    await test.step('she registers, and a reload finds her signed in', async () => {
      await ann.register(account)
      for (const path of cookiePaths) {
        const cookies = await context.cookies(hosts.originOf(api) + path)
        expect(cookies).toMatchObject([{ sameSite, secure: true, httpOnly: true }])
      }
      await page.reload()
      await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
    })

    await test.step('what is said arrives, both ways and in a second tab', async () => {
      ben = await registerPerson(stack.origin, `ben${web.replaceAll('.', '')}`)
      const client = createParleyClient({ origin: stack.origin, fetch: cookieFetch() })
      const user = await client.session.signIn({ login: account.username, password: account.password })
      roomId = await befriend({ ...account, user, client }, ben)
      client.stop()
      await page.goto(`/r/${roomId}`)
      const second = sitDown(await context.newPage(), false)
      await second.page.goto(`/r/${roomId}`)
      await ann.say('from another host')
      await expect(second.message('from another host')).toBeVisible()
      ben.client.outbox.send({ roomId, body: { kind: 'text', text: 'heard over there' } })
      await expect(ann.message('heard over there')).toBeVisible()
      await expect(second.message('heard over there')).toBeVisible()
    })

    await test.step('a picture is sent, seen and saved', async () => {
      const buffer = await page.screenshot()
      await ann.attach([{ name: 'screen.png', mimeType: 'image/png', buffer }])
      await ann.say('look')
      const shared = ann.message('look')
      await isShown(shared.getByRole('img', { name: 'screen.png' }))
      await ann.press(shared.getByRole('button', { name: 'Open screen.png' }))
      const lightbox = page.getByRole('dialog')
      await isShown(lightbox.getByRole('img', { name: 'screen.png' }))
      const downloading = page.waitForEvent('download')
      await ann.press(lightbox.getByRole('link', { name: 'Download screen.png' }))
      const download = await downloading
      expect(download.suggestedFilename()).toBe('screen.png')
      expect((await readFile(await download.path())).subarray(1, 4).toString()).toBe('PNG')
      await page.keyboard.press('Escape')
    })

    await test.step('her own picture is kept and shown', async () => {
      await page.goto('/settings/profile')
      const choosing = page.waitForEvent('filechooser')
      await ann.press(page.getByRole('button', { name: 'Choose a picture' }))
      await (await choosing).setFiles([{ name: 'me.png', mimeType: 'image/png', buffer: await page.screenshot() }])
      await expect(page.getByRole('button', { name: 'Remove' })).toBeVisible()
      await isShown(page.locator('main img').first())
    })

    await test.step('signing out ends it in every tab, and no cookie is left', async () => {
      expect(complaints).toEqual([])
      await page.goto('/settings')
      await ann.press(page.getByRole('button', { name: 'Sign out' }))
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
      await Promise.all(
        context.pages().map((each) => expect(each.getByRole('button', { name: 'Sign in' })).toBeVisible()),
      )
      for (const path of cookiePaths) expect(await context.cookies(hosts.originOf(api) + path)).toEqual([])
    })
    ben?.client.stop()
    await context.close()
  })
}
