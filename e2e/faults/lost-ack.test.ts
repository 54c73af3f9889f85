import { expect, test } from '@playwright/test'
import { newClientId } from '@parley/client/client-id'
import { startStack, type Stack } from '../../scripts/stack.ts'
import { befriend, registerPerson, type Person } from '../people.ts'
import { fetchRows } from './crowd.ts'
import { startProxy, type Proxy } from '../proxy.ts'

let stack: Stack
let proxy: Proxy
/** Talks through a wire that can be cut. */
let ann: Person
/** Sees what is really stored. */
let ben: Person
let roomId: string

test.beforeAll(async () => {
  stack = await startStack()
  proxy = await startProxy(stack.origin)
  ann = await registerPerson(proxy.origin, 'ann')
  ben = await registerPerson(stack.origin, 'ben')
  roomId = await befriend(ann, ben)
  await Promise.all([ann.client.engine.open(roomId), ben.client.engine.open(roomId)])
})

test.beforeEach(async () => {
  await expect.poll(() => ann.client.socket.state()).toBe('online')
})

test.afterAll(async () => {
  ann?.client.stop()
  ben?.client.stop()
  await proxy?.stop()
  await stack?.stop()
})

const rowsOf = ({ client }: Person, clientId: string) =>
  (client.engine.view(roomId)?.rows ?? []).filter((row) => row.clientId === clientId)

test('a connection cut between commit and ack leaves one message, and the sender learns of it', async () => {
  proxy.swallowAnswers()
  const body = { kind: 'text' as const, text: 'is this stored?' }
  const { clientId } = ann.client.outbox.send({ roomId, body })
  await expect.poll(() => rowsOf(ben, clientId).length).toBe(1)
  expect(ann.client.outbox.entries(roomId)).toMatchObject([{ clientId, state: 'sending' }])

  proxy.cut()

  await expect.poll(() => ann.client.outbox.entries(roomId)).toEqual([])
  const stored = await fetchRows(ben, roomId)
  expect(stored.filter((row) => row.clientId === clientId)).toHaveLength(1)
  await expect.poll(() => ann.client.engine.view(roomId)?.rows).toEqual(stored)
})

test('a repeat of a clientId whose ack was lost returns the first ack', async () => {
  const message = { roomId, clientId: newClientId(), body: { kind: 'text' as const, text: 'once' } }
  proxy.swallowAnswers()
  const unanswered = ann.client.socket.command('room.sendMessage', message)
  const refusal = expect(unanswered).rejects.toMatchObject({ code: 'NETWORK' })
  await expect.poll(() => rowsOf(ben, message.clientId).length).toBe(1)
  proxy.cut()
  await refusal

  await expect.poll(() => ann.client.socket.state()).toBe('online')
  const first = rowsOf(ben, message.clientId)[0]
  const repeated = await ann.client.socket.command('room.sendMessage', message)
  expect(repeated).toMatchObject({ roomId, seq: first?.seq, change: first?.change })

  await ann.client.socket.command('room.react', { roomId, seq: repeated.seq, emoji: '👍', on: true })
  expect(await ann.client.socket.command('room.sendMessage', message)).toEqual(repeated)
  await expect
    .poll(() => rowsOf(ben, message.clientId))
    .toMatchObject([{ seq: repeated.seq, reactions: [{ emoji: '👍' }] }])
})
