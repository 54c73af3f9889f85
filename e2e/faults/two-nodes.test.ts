import { expect, test } from '@playwright/test'
import { createParleyClient } from '@parley/client/client'
import { cookieFetch } from '@parley/client/cookie-fetch'
import { revokeOtherSessions } from '@parley/protocol/identity'
import { startStack, type Stack, type StackNode } from '../../scripts/stack.ts'
import { befriend, registerPerson, type Person } from '../people.ts'
import { expectNothingLost, gatherCrowd } from './crowd.ts'
import { lookOn } from './onlooker.ts'

let stack: Stack
let ann: Person
let ben: Person
let roomId: string

test.beforeAll(async () => {
  const settings = { LOG_LEVEL: 'fatal', RATE_COMMAND: '600000', RATE_CONNECT: '6000' }
  stack = await startStack(settings, { nodes: 2, gateway: true })
  ann = await arriveAt(0, 'ann')
  ben = await arriveAt(1, 'ben')
  await stack.gateway?.setUpstreams(stack.nodes.map(({ origin }) => origin))
  roomId = await befriend(ann, ben)
  for (const { client } of [ann, ben]) await client.engine.open(roomId)
})

test.afterAll(async () => {
  ann?.client.stop()
  ben?.client.stop()
  await stack?.stop()
})

/** Somebody whose socket is on that node: for the moment the gateway sends nobody to the others. */
async function arriveAt(index: number, name: string): Promise<Person> {
  await stack.gateway?.setUpstreams(stack.nodes.map(({ origin }, at) => ({ origin, isDown: at !== index })))
  const person = await registerPerson(stack.origin, name)
  await expect.poll(() => person.client.socket.state()).toBe('online')
  return person
}

async function socketsOf({ origin }: StackNode): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text()
  return Number(/^websocket_connections_active\{type="realtime"\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
}

test('what is said, typed and revoked on one node reaches the other, with nothing sticky between them', async () => {
  expect(await Promise.all(stack.nodes.map(socketsOf))).toEqual([1, 1])

  const typing: string[] = []
  ben.client.socket.on('typing', ({ userId }) => typing.push(userId))
  await ann.client.socket.command('room.typing', { roomId })
  await expect.poll(() => typing).toEqual([ann.user.id])

  const { clientId } = ann.client.outbox.send({ roomId, body: { kind: 'text', text: 'across' } })
  await expect.poll(() => ben.client.engine.view(roomId)?.rows.at(-1)?.clientId).toBe(clientId)

  const watch = async () => (await ann.client.socket.command('presence.watch', { userIds: [ben.user.id] })).people
  await expect.poll(watch).toMatchObject([{ state: 'online' }])

  const desk = createParleyClient({ origin: stack.origin, fetch: cookieFetch() })
  await desk.session.signIn({ login: ben.email, password: ben.password })
  await ben.client.rest.call(revokeOtherSessions, {})
  await expect.poll(() => desk.session.state()).toMatchObject({ status: 'signedOut', reason: 'revoked' })
  desk.stop()
})

test('kill -9 of a node in a burst loses nothing acknowledged; whoever was on it goes on at the other', async ({
  browser,
}) => {
  const crowd = await gatherCrowd(stack.origin, { size: 10, roomCount: 2 })
  const page = await lookOn(browser, stack.origin, ann, roomId)
  const each = 8
  const all = crowd.people.length * crowd.roomIds.length * each
  crowd.burst(each)
  await crowd.acknowledged(all / 4)
  await stack.killApi()
  crowd.burst(each)
  await crowd.settled()
  expect(crowd.count('failed')).toBe(0)
  await expectNothingLost(crowd)

  await page.say('still here')
  ben.client.outbox.send({ roomId, body: { kind: 'text', text: 'me too' } })
  await expect(page.message('me too')).toBeVisible()
  await page.expectUntroubled()

  await stack.restartApi()
  crowd.burst(each)
  await crowd.settled()
  await expectNothingLost(crowd)
  await page.leave()
  crowd.stop()
})
