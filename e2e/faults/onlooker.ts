import { expect, type Browser } from '@playwright/test'
import type { Person } from '../people.ts'
import { sitDown } from '../journeys/seat.ts'

/** Whatever a page says of trouble, but for the quiet line of a connection that is away. */
const remember = `addEventListener('DOMContentLoaded', () => {
  window.complaints = []
  new MutationObserver(() => {
    for (const { textContent } of document.querySelectorAll('[role=alert], [data-scope=toast][data-part=root]'))
      if (!window.complaints.includes(textContent)) window.complaints.push(textContent)
  }).observe(document, { subtree: true, childList: true })
})`

/** Somebody with a room open in a browser, who says whether anything troubled them. */
export async function lookOn(browser: Browser, origin: string, person: Person, roomId: string) {
  // The certificate is a test's own.
  const context = await browser.newContext({ baseURL: origin, ignoreHTTPSErrors: true })
  const { email, password } = person
  const response = await context.request.post('/api/login', { data: { login: email, password } })
  if (!response.ok()) throw new Error(`could not sign in: ${await response.text()}`)
  const page = await context.newPage()
  await page.addInitScript(remember)
  await page.goto(`/r/${roomId}`)
  const seat = sitDown(page, false)
  await expect(seat.field).toBeVisible()
  return {
    ...seat,
    expectUntroubled: async () => expect(await page.evaluate('window.complaints')).toEqual([]),
    leave: () => context.close(),
  }
}
