import type { MessagesEvent } from '@parley/protocol/messages'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, networkError } from './api-error.ts'
import { createEngine, type EngineEvent } from './engine.ts'
import type { RoomSource } from './room.ts'
import { createModelServer } from './testing/model-server.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** An engine in front of a server with `count` rooms of ten messages each. */
function createWorld(count = 1) {
  const roomIds = Array.from({ length: count }, (_, index) => String(index + 1))
  const server = createModelServer(roomIds)
  let names = 0
  const send = (roomId: string): MessagesEvent =>
    server.commit(roomId, [{ kind: 'send', senderId: 'eve', clientId: `eve-${++names}`, text: 'x' }])
  for (const roomId of roomIds) for (let seq = 1; seq <= 10; seq++) send(roomId)
  const source = {
    window: vi.fn<RoomSource['window']>(async (query) => server.window({ ...query, limit: 4 })),
    sync: vi.fn<RoomSource['sync']>(async (question) => server.sync(question)),
  }
  const engine = createEngine(source)
  const events: EngineEvent[] = []
  engine.on((event) => events.push(event))
  engine.ready(server.heads())
  return { server, engine, source, events, roomIds, send }
}

const seqs = ({ engine }: Pick<ReturnType<typeof createWorld>, 'engine'>) =>
  engine.view('1')?.rows.map(({ seq }) => seq)

test('a room opens at its newest messages, or around one, and loads on in both directions', async () => {
  const world = createWorld()
  await world.engine.open('1')
  expect(seqs(world)).toEqual([7, 8, 9, 10])
  await world.engine.loadBefore('1')
  expect(seqs(world)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
  await world.engine.jumpTo('1', 1)
  expect(world.engine.view('1')).toMatchObject({ hasBefore: false, hasAfter: true })
  await world.engine.loadAfter('1')
  expect(seqs(world)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a live message changes the view and leaves the other rows the same objects', async () => {
  const world = createWorld()
  await world.engine.open('1')
  const before = world.engine.view('1')
  world.engine.packet(world.send('1'))
  expect(seqs(world)).toEqual([7, 8, 9, 10, 11])
  expect(world.engine.view('1')?.rows[0]).toBe(before?.rows[0])
  expect(world.source.sync).not.toHaveBeenCalled()
})

test('a packet already known changes nothing, so nothing is drawn again', async () => {
  const world = createWorld()
  const packet = world.send('1')
  await world.engine.open('1')
  const view = world.engine.view('1')
  world.engine.packet(packet)
  expect(world.engine.view('1')).toBe(view)
})

test('a lost last packet is caught up with when heads are announced', async () => {
  const world = createWorld()
  await world.engine.open('1')
  world.send('1')
  world.engine.heads(world.server.heads())
  await vi.advanceTimersByTimeAsync(1_000)
  expect(seqs(world)).toEqual([7, 8, 9, 10, 11])
})

test('a lost packet of an own message is caught up with from its ack', async () => {
  const world = createWorld()
  await world.engine.open('1')
  const { change } = world.send('1')
  world.engine.written({ roomId: '1', seq: 11, change })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(seqs(world)).toEqual([7, 8, 9, 10, 11])
})

test('a room that is not open tells its news, and that it is stale when some were missed', async () => {
  const world = createWorld(2)
  world.events.length = 0
  world.engine.packet(world.send('2'))
  expect(world.events).toMatchObject([{ type: 'advanced', roomId: '2', rows: [{ seq: 11 }] }])
  world.send('2')
  world.engine.ready(world.server.heads())
  await vi.advanceTimersByTimeAsync(100)
  expect(world.events.filter(({ type }) => type === 'stale')).toEqual([{ type: 'stale', roomIds: ['2'] }])
  expect(world.source.sync).not.toHaveBeenCalled()
})

test('a summary fetched before the last change is stale', async () => {
  const world = createWorld()
  const heads = world.server.heads()
  world.engine.packet(world.send('1'))
  world.engine.summaries(heads)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(world.events).toContainEqual({ type: 'stale', roomIds: ['1'] })
})

test('a page that fails is tried again, and the room says what it has meanwhile', async () => {
  const world = createWorld()
  world.source.window.mockRejectedValueOnce(networkError('lost'))
  await world.engine.open('1')
  expect(world.engine.view('1')).toMatchObject({ status: 'failed', error: { code: 'NETWORK' } })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(world.engine.view('1')).toMatchObject({ status: 'ready', error: null })
})

test('a room one may not see says so and is not asked for again', async () => {
  const world = createWorld()
  world.source.window.mockRejectedValue(new ApiError({ code: 'NOT_FOUND', message: 'no such room' }))
  await world.engine.open('1')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(world.engine.view('1')).toMatchObject({ status: 'failed', error: { code: 'NOT_FOUND' } })
  expect(world.source.window).toHaveBeenCalledTimes(1)
})

test('a jump while the first window still loads goes where it was told', async () => {
  const world = createWorld()
  await Promise.all([world.engine.open('1'), world.engine.jumpTo('1', 1)])
  expect(seqs(world)?.[0]).toBe(1)
})

test('windows of rooms looked at long ago are forgotten, those on screen never', async () => {
  const world = createWorld(12)
  for (const roomId of world.roomIds) {
    await world.engine.open(roomId)
    if (roomId !== '1') world.engine.close(roomId)
  }
  const loaded = world.roomIds.filter((roomId) => world.engine.view(roomId) !== undefined)
  expect(loaded).toEqual(['1', '7', '8', '9', '10', '11', '12'])
})

test('a long window lets go of the end the reader is not at', async () => {
  const world = createWorld()
  await world.engine.open('1')
  for (let count = 0; count < 700; count++) world.engine.packet(world.send('1'))
  expect(world.engine.view('1')).toMatchObject({ hasBefore: true, hasAfter: false })
  expect(world.engine.view('1')?.rows.length).toBeLessThan(601)
})

test('a room one left is forgotten', async () => {
  const world = createWorld()
  await world.engine.open('1')
  world.engine.remove('1')
  expect(world.engine.view('1')).toBeUndefined()
  expect(world.events.at(-1)).toEqual({ type: 'removed', roomId: '1' })
})
