import { expect, test } from '@playwright/test'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { expectNothingLost, gatherCrowd, type Crowd } from './crowd.ts'

let stack: Stack
let crowd: Crowd

test.beforeAll(async () => {
  stack = await startStack(
    { LOG_LEVEL: 'fatal', RATE_COMMAND: '600000', RATE_CONNECT: '6000' },
    { nodes: 2, gateway: true },
  )
})

test.afterAll(async () => {
  crowd?.stop()
  await stack?.stop()
})

test('a host that goes off in a burst comes back by itself, in the worst order, and has everything acknowledged', async () => {
  const { nodes, database, redis } = stack
  test.skip(!database, 'DATABASE_URL names a server that is not ours to kill')
  if (!database || !redis) return
  crowd = await gatherCrowd(stack.origin, { size: 12, roomCount: 2 })
  const each = 12
  crowd.burst(each)
  await crowd.acknowledged((crowd.people.length * crowd.roomIds.length * each) / 4)
  await Promise.all([...nodes.map((node) => node.kill()), database.kill(), redis.kill()])
  crowd.burst(each)
  // Nobody sees to the order: the nodes are there before anything they need.
  const started = Promise.all(nodes.map((node) => node.start()))
  await expect.poll(() => livenessOf(nodes)).toEqual([200, 200])
  await redis.restart()
  await database.restart()
  await started
  await crowd.settled()
  await expectNothingLost(crowd)
})

const livenessOf = (nodes: Stack['nodes']) =>
  Promise.all(
    nodes.map(({ origin }) =>
      fetch(`${origin}/healthz`).then(
        ({ status }) => status,
        () => 'not there',
      ),
    ),
  )
