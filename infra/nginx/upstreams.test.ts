import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGateway, type Gateway } from '../../scripts/gateway.ts'
import { ask, echoes, json, startUpstream, upgrade, type TestUpstream } from './upstream.ts'

let one: TestUpstream
let other: TestUpstream
let gateway: Gateway

beforeAll(async () => {
  one = await startUpstream()
  other = await startUpstream()
  gateway = await startGateway({ api: [one.origin, other.origin], webDir: import.meta.dirname })
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([one.stop(), other.stop()])
})
// A reload forgets who failed.
afterEach(async () => {
  for (const { arrived, answer } of [one, other]) {
    arrived.length = 0
    answer()
  }
  await gateway.setUpstreams([one.origin, other.origin])
})

const arrivals = () => one.arrived.length + other.arrived.length

describe('of two nodes', () => {
  test('both are sent what comes', async () => {
    for (let count = 0; count < 4; count += 1) await ask(gateway, '/api/x')
    expect([one.arrived.length, other.arrived.length]).toEqual([2, 2])
  })

  test('the one that cannot be reached is passed over, for every kind of request', async () => {
    const gone = await startUpstream()
    await gone.stop()
    await gateway.setUpstreams([gone.origin, other.origin])
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await ask(gateway, '/api/x', { method, body: '{}' })).status).toBe(200)
    const socket = await upgrade(gateway, '/ws/')
    expect(await echoes(socket, 'hello')).toBe(true)
    socket.destroy()
    expect(other.arrived).toHaveLength(6)
  })

  test('the second answers what the first broke off, if that may be asked twice', async () => {
    let broken = 0
    for (const { answer } of [one, other])
      answer((message, response) => {
        if (broken++ === 0) message.socket.destroy()
        else response.end('{}')
      })
    expect((await ask(gateway, '/api/x')).status).toBe(200)
    expect(arrivals()).toBe(2)
  })

  test('neither is asked again for what may have been done: its sender is told to look', async () => {
    for (const { answer } of [one, other]) answer((message) => message.socket.destroy())
    for (const method of ['POST', 'PATCH']) {
      const before = arrivals()
      const refused = await ask(gateway, '/api/x', { method, body: '{}', headers: { 'x-request-id': 'told' } })
      expect([refused.status, refused.headers['retry-after'], refused.headers['x-request-id']]).toEqual([
        503,
        '1',
        'told',
      ])
      expect(json(refused)).toMatchObject({
        error: { code: 'OVERLOADED', details: { retryAfterMs: 1_000 }, requestId: 'told' },
      })
      expect(arrivals()).toBe(before + 1)
      await gateway.reload()
    }
  })

  test('the one that drains is sent nothing new, and keeps its sockets, as the other does', async () => {
    const sockets = [await upgrade(gateway, '/ws/'), await upgrade(gateway, '/ws/')]
    expect([one.upgraded.length, other.arrived.length]).toEqual([1, 1])
    await gateway.setUpstreams([{ origin: one.origin, isDown: true }, other.origin])
    const before = one.arrived.length
    for (let count = 0; count < 4; count += 1) await ask(gateway, '/api/x')
    expect(one.arrived.length).toBe(before)
    for (const socket of sockets) expect(await echoes(socket, 'still here')).toBe(true)

    for (const socket of one.upgraded) socket.destroy()
    await gateway.setUpstreams([one.origin, other.origin])
    expect((await Promise.all(sockets.map((socket) => echoes(socket, 'and now')))).filter(Boolean)).toHaveLength(1)
    for (const socket of sockets) socket.destroy()
  })
})

describe('with no node at all', () => {
  beforeEach(async () => {
    const gone = await startUpstream()
    await gone.stop()
    await gateway.setUpstreams([gone.origin])
  })

  test.each([
    ['/api/x', { error: { code: 'OVERLOADED', details: { retryAfterMs: 1_000 } } }],
    ['/v1/chat/completions', { error: { code: 'overloaded', type: 'server_error', param: null } }],
    ['/v1/messages', { type: 'error', error: { type: 'overloaded_error' } }],
  ])('%s says so in the words its clients know', async (path, body) => {
    const refused = await ask(gateway, path)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    expect(json(refused)).toMatchObject(body)
  })
})
