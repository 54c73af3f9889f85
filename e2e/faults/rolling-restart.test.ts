import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { toApiError } from '@parley/client/api-error'
import { getHistory } from '@parley/protocol/messages'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { expectNothingLost, gatherCrowd, type Crowd } from './crowd.ts'
import { lookOn } from './onlooker.ts'

let stack: Stack
let crowd: Crowd

test.beforeAll(async () => {
  const settings = { LOG_LEVEL: 'fatal', RATE_COMMAND: '600000', RATE_CONNECT: '6000' }
  stack = await startStack(settings, { nodes: 2, gateway: true })
  // Few people: who was there all along still has everything that was said in view.
  crowd = await gatherCrowd(stack.origin, { size: 4, roomCount: 2 })
})

test.afterAll(async () => {
  crowd?.stop()
  await stack?.stop()
})

/** One node after the other, as a deployment does it: no new requests, an end, a start, requests again. */
async function restartAll({ nodes, gateway }: Stack) {
  for (const each of nodes) {
    await gateway?.setUpstreams(nodes.map(({ origin }) => ({ origin, isDown: origin === each.origin })))
    expect(await each.end()).toBe('code 0')
    await each.start()
    await gateway?.setUpstreams(nodes.map(({ origin }) => origin))
  }
}

/** Does something again and again until `work` is done. */
async function during(work: Promise<void>, again: () => Promise<void>) {
  let isOver = false
  const watched = work.finally(() => {
    isOver = true
  })
  while (!isOver) await Promise.all([again(), delay(400)])
  await watched
}

test('two nodes restarted one after the other under load: nothing acknowledged is lost or doubled, nobody is troubled', async ({
  browser,
}) => {
  const [watcher, asker] = crowd.people
  const [roomId] = crowd.roomIds
  if (!watcher || !asker || roomId === undefined) throw new Error('the crowd is too small')
  const page = await lookOn(browser, stack.origin, watcher, roomId)
  const restarted = restartAll(stack)
  let answered = 0
  await Promise.all([
    during(restarted, async () => {
      crowd.burst(1)
      await crowd.settled()
    }),
    // Whatever is refused here is thrown: no request may fail.
    during(restarted, async () => {
      const ask = () => asker.client.rest.call(getHistory, { query: { roomId, limit: 1 } })
      await ask().catch((error: unknown) => {
        // A reload closes connections nothing happens on, perhaps as this takes one up; browsers then ask again by themselves.
        if (toApiError(error).code !== 'NETWORK') throw error
        return ask()
      })
      answered += 1
    }),
  ])
  expect(answered).toBeGreaterThan(10)
  expect(crowd.count('failed')).toBe(0)
  await expectNothingLost(crowd)
  await page.say('still here')
  await page.expectUntroubled()
  await page.leave()
})
