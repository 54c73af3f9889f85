import { getOverview, getSystem } from '@parley/protocol/admin'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, connect, createUser } from '../../../test/harness.ts'
import { startNodes, type TestNodes } from '../../../test/nodes.ts'

let nodes: TestNodes
beforeAll(async () => {
  nodes = await startNodes()
})
afterAll(() => nodes.close())

test('nodes that share a Redis know of one another, each naming itself first', async () => {
  const ids = async (api: TestNodes['a']) => {
    const { nodes: running, redis } = await call(api, nodes.a.operator, getSystem, {})
    expect(redis).toMatchObject({ isConnected: true })
    expect(running.map(({ current }) => current)).toEqual(running.map((_, index) => index === 0))
    return running.map(({ id }) => id)
  }
  await expect.poll(() => ids(nodes.a)).toHaveLength(2)
  expect(await ids(nodes.b)).toEqual((await ids(nodes.a)).toReversed())
})

test('who is connected to another node is there, and once where they are on both', async () => {
  const user = await createUser(nodes.a)
  const online = async () => (await call(nodes.a, nodes.a.operator, getOverview, {})).people.online
  expect(await online()).toBe(0)
  await Promise.all([connect(nodes.a, user), connect(nodes.b, user), connect(nodes.b, await createUser(nodes.b))])
  await expect.poll(online, { timeout: 8_000, interval: 300 }).toBe(2)
})
