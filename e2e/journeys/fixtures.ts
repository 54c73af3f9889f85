import { test as base, type BrowserContext } from '@playwright/test'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { registerPerson, type Person } from '../people.ts'
import { startProxy, type Proxy } from '../proxy.ts'
import { sitDown, type Seat } from './seat.ts'

interface Fixtures {
  /** Opens a browser of its own for somebody, signed out. */
  seat: (origin?: string) => Promise<Seat>
  /** Registers somebody without a browser; names are unique in a run, so that journeys do not meet. */
  person: (name: string, invite?: string) => Promise<Person>
  /** Opens a browser of its own in which somebody is signed in; by a wire that can be cut, if given. */
  seatOf: (person: Person, wire?: Proxy) => Promise<Seat>
  /** A wire to the server that can be cut. */
  wire: Proxy
}

interface WorkerFixtures {
  /** A server with an account already: its operator's, who is super admin. */
  stack: Stack & { operator: Person }
}

let names = 0

/** A name nobody else on this stack has. */
export const uniqueName = (name: string) => `${name}${process.pid}x${++names}`

export const test = base.extend<Fixtures, WorkerFixtures>({
  stack: [
    // Playwright reads what a fixture needs from this pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const stack = await startStack({ LOG_LEVEL: 'error', SIGN_IN_ATTEMPTS: '1000' }, { gateway: true })
      const operator = await registerPerson(stack.origin, 'operator')
      await use({ ...stack, operator })
      operator.client.stop()
      await stack.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  launchOptions: [
    async ({ launchOptions, stack }, use) => {
      const { args = [], ...options } = launchOptions
      const spkiHash = stack.gateway?.certificate.spkiHash
      // As if its authority were known: errors ignored altogether would keep Chromium from caching anything.
      await use({ ...options, args: [...args, `--ignore-certificate-errors-spki-list=${spkiHash}`] })
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ stack }, use) => use(stack.origin),
  seat: async ({ browser, contextOptions, baseURL, hasTouch }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (origin = baseURL) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: origin })
      contexts.push(context)
      return sitDown(await context.newPage(), hasTouch)
    })
    await Promise.all(contexts.map((context) => context.close()))
  },
  wire: async ({ stack }, use) => {
    const wire = await startProxy(stack.origin)
    await use(wire)
    await wire.stop()
  },
  person: async ({ stack }, use) => {
    const people: Person[] = []
    await use(async (name, invite) => {
      const person = await registerPerson(stack.origin, uniqueName(name), invite)
      people.push(person)
      return person
    })
    for (const { client } of people) client.stop()
  },
  seatOf: async ({ seat }, use) => {
    await use(async ({ email, password }, wire) => {
      const taken = await seat(wire?.origin)
      // The refresh cookie lands in the browser, and the page restores the session from it.
      const response = await taken.page.request.post('/api/login', { data: { login: email, password } })
      if (!response.ok()) throw new Error(`could not sign in: ${await response.text()}`)
      return taken
    })
  },
})
