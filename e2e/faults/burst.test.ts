import { expect, test } from '@playwright/test'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { expectNothingLost, gatherCrowd, type Crowd } from './crowd.ts'
import { startProxy } from '../proxy.ts'

const settings = { RATE_COMMAND: '600000', LOG_LEVEL: 'fatal' }
const people = 20
const rooms = 2

let stack: Stack
let crowd: Crowd

test.beforeEach(async () => {
  stack = await startStack(settings)
})

test.afterEach(async () => {
  crowd?.stop()
  await stack.stop()
})

/** Lets everybody talk and breaks something twice in the middle of it, with more being said while it is broken. */
async function talkThrough(fault: (mend: () => void) => Promise<void>) {
  const each = 12
  const all = people * rooms * each
  crowd.burst(each)
  await crowd.acknowledged(all / 4)
  await fault(() => crowd.burst(each))
  await crowd.acknowledged(all)
  await fault(() => undefined)
  await crowd.settled()
}

test('kill -9 of the API in a burst loses nothing acknowledged and doubles nothing', async () => {
  crowd = await gatherCrowd(stack.origin, { size: people, roomCount: rooms })
  await talkThrough(async (whileDown) => {
    await stack.killApi()
    whileDown()
    await stack.restartApi()
  })
  expect(crowd.count('failed')).toBe(0)
  await expectNothingLost(crowd)
})

test('a database killed in a burst loses nothing acknowledged and doubles nothing', async () => {
  const { database } = stack
  test.skip(!database, 'DATABASE_URL names a server that is not ours to kill')
  if (!database) return
  crowd = await gatherCrowd(stack.origin, { size: people, roomCount: rooms })
  await talkThrough(async (whileDown) => {
    await database.kill()
    whileDown()
    await database.restart()
  })
  await expectNothingLost(crowd)
})

test('connections cut again and again in a burst lose nothing acknowledged and double nothing', async () => {
  const proxy = await startProxy(stack.origin)
  crowd = await gatherCrowd(proxy.origin, { size: people, roomCount: rooms })
  await talkThrough(async (whileDown) => {
    proxy.swallowAnswers()
    whileDown()
    proxy.cut()
  })
  expect(crowd.count('failed')).toBe(0)
  await expectNothingLost(crowd)
  await proxy.stop()
})
