import type { MessageRow, SendMessage, Written } from '@parley/protocol/messages'
import * as fakeIndexedDb from 'fake-indexeddb'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, networkError } from './api-error.ts'
import { createOutbox, type OutboxOptions } from './outbox.ts'
import { indexedDbOutboxStore } from './outbox-indexeddb.ts'
import { memoryOutboxStore } from './outbox-store.ts'
import type { Locks, TabChannel } from './tabs.ts'

Object.assign(globalThis, fakeIndexedDb)

const text = (words: string) => ({ roomId: '1', body: { kind: 'text' as const, text: words } })

afterEach(() => {
  vi.useRealTimers()
})

/** A server that stores each name once, and may fail as told. */
function createServer() {
  const stored: string[] = []
  const failures: unknown[] = []
  const attempts: SendMessage[] = []
  async function send(message: SendMessage): Promise<Written> {
    attempts.push(message)
    await Promise.resolve()
    const failure = failures.shift()
    if (failure) throw failure
    if (!stored.includes(message.clientId)) stored.push(message.clientId)
    const seq = stored.indexOf(message.clientId) + 1
    return { roomId: message.roomId, seq, change: seq }
  }
  return { send, stored, failures, attempts }
}

function open(options: Partial<OutboxOptions> & Pick<OutboxOptions, 'send'>) {
  const onStoreError = (error: unknown) => {
    throw error
  }
  return createOutbox({ store: memoryOutboxStore(), onStoreError, ...options })
}

const states = (outbox: ReturnType<typeof open>) => outbox.entries('1').map(({ state }) => state)

test('a message is shown at once, sent in order, and leaves when its row is there', async () => {
  const server = createServer()
  const outbox = open(server)
  await outbox.start('9')
  outbox.setOnline(true)
  const sent = ['one', 'two', 'three'].map((words) => outbox.send(text(words)).clientId)
  expect(states(outbox)).toEqual(['sending', 'sending', 'sending'])
  await vi.waitFor(() => expect(states(outbox)).toEqual(['sent', 'sent', 'sent']))
  expect(server.stored).toEqual(sent)
  outbox.advanced('1', { epoch: 1, change: 2 }, [])
  expect(outbox.entries('1').map(({ clientId }) => clientId)).toEqual(sent.slice(2))
  outbox.stop()
})

test('a row that arrives before its ack takes the entry away', async () => {
  const outbox = open({ send: () => new Promise<Written>(() => undefined) })
  await outbox.start('9')
  outbox.setOnline(true)
  const { clientId } = outbox.send(text('one'))
  const row: MessageRow = {
    ...text('one'),
    seq: 1,
    change: 1,
    clientId,
    senderId: '9',
    createdAt: '2026-01-01T00:00:00.000Z',
  }
  outbox.advanced('1', { epoch: 1, change: 1 }, [{ ...row, senderId: '8' }])
  expect(states(outbox)).toEqual(['sending'])
  outbox.advanced('1', { epoch: 1, change: 1 }, [row])
  expect(states(outbox)).toEqual([])
  outbox.stop()
})

test('a reload in the middle of sending loses nothing and keeps the order', async () => {
  const server = createServer()
  const store = indexedDbOutboxStore()
  const before = open({ store, send: () => new Promise<Written>(() => undefined) })
  await before.start('9')
  before.setOnline(true)
  const sent = ['one', 'two', 'three'].map((words) => before.send(text(words)).clientId)
  await vi.waitFor(async () => expect(await store.load('9')).toHaveLength(3))
  before.stop()

  const after = open({ store: indexedDbOutboxStore(), send: server.send })
  after.setOnline(true)
  await after.start('9')
  await vi.waitFor(() => expect(server.stored).toEqual(sent))
  await vi.waitFor(async () => expect(await store.load('9')).toEqual([]))
  after.stop()
})

test('a message sent while the store still loads goes after those a reload interrupted', async () => {
  const server = createServer()
  const store = memoryOutboxStore()
  const before = open({ store, send: server.send })
  await before.start('9')
  const old = before.send(text('old')).clientId
  before.stop()
  const after = open({ store, send: server.send })
  after.setOnline(true)
  const started = after.start('9')
  const young = after.send(text('young')).clientId
  await started
  await vi.waitFor(() => expect(server.stored).toEqual([old, young]))
  after.stop()
})

test("another person's unsent messages are neither shown nor sent", async () => {
  const server = createServer()
  const store = memoryOutboxStore()
  const mine = open({ store, send: server.send })
  await mine.start('9')
  mine.send(text('mine'))
  mine.stop()
  await mine.start('8')
  mine.setOnline(true)
  expect(states(mine)).toEqual([])
  mine.stop()
})

test('a failure that passes is tried again for ever, under the same name, and waits as long as the server asks', async () => {
  vi.useFakeTimers()
  const server = createServer()
  const busy = new ApiError({ code: 'OVERLOADED', message: 'busy', details: { retryAfterMs: 60_000 } })
  server.failures.push(networkError('lost'), busy)
  const outbox = open(server)
  await outbox.start('9')
  outbox.setOnline(true)
  const { clientId } = outbox.send(text('one'))
  await vi.advanceTimersByTimeAsync(30_000)
  expect(server.attempts).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.attempts.map((attempt) => attempt.clientId)).toEqual([clientId, clientId, clientId])
  expect(states(outbox)).toEqual(['sent'])
  outbox.stop()
})

test('a refused message fails with its code and reason, does not block the next, and is sent by a retry', async () => {
  const server = createServer()
  server.failures.push(new ApiError({ code: 'PERMISSION_DENIED', message: 'no', details: { reason: 'muted' } }))
  const outbox = open(server)
  await outbox.start('9')
  outbox.setOnline(true)
  const refused = outbox.send(text('one'))
  outbox.send(text('two'))
  await vi.waitFor(() => expect(states(outbox)).toEqual(['failed', 'sent']))
  expect(outbox.entries('1')[0]).toMatchObject({ errorCode: 'PERMISSION_DENIED', errorReason: 'muted' })
  outbox.retry(refused.clientId)
  expect(outbox.entries('1')[0]).not.toHaveProperty('errorReason')
  await vi.waitFor(() => expect(states(outbox)).toEqual(['sent', 'sent']))
  outbox.stop()
})

test('a failed message survives a reload and leaves when it is discarded', async () => {
  const server = createServer()
  server.failures.push(new ApiError({ code: 'NOT_FOUND', message: 'no such room' }))
  const store = memoryOutboxStore()
  const before = open({ store, send: server.send })
  await before.start('9')
  before.setOnline(true)
  const { clientId } = before.send(text('one'))
  await vi.waitFor(() => expect(states(before)).toEqual(['failed']))
  before.stop()
  const after = open({ store, send: server.send })
  await after.start('9')
  expect(states(after)).toEqual(['failed'])
  after.discard(clientId)
  expect(states(after)).toEqual([])
  expect(await store.load('9')).toEqual([])
  after.stop()
})

test('after a minute without network entries say that they wait, and go out by themselves when it is back', async () => {
  vi.useFakeTimers()
  const server = createServer()
  const outbox = open(server)
  await outbox.start('9')
  outbox.send(text('one'))
  expect(states(outbox)).toEqual(['sending'])
  await vi.advanceTimersByTimeAsync(61_000)
  outbox.send(text('two'))
  expect(states(outbox)).toEqual(['waiting', 'waiting'])
  outbox.setOnline(true)
  await vi.advanceTimersByTimeAsync(0)
  expect(states(outbox)).toEqual(['sent', 'sent'])
  outbox.stop()
})

/** The locks and channels that tabs of one browser share. */
function createBrowser() {
  const queue: (() => void)[] = []
  let held = false
  const listeners = new Set<(event: { data: unknown }) => void>()
  const locks: Locks = {
    request: async (_name, _options, run) => {
      if (held) await new Promise<void>((resolve) => queue.push(resolve))
      held = true
      await run()
      held = false
      queue.shift()?.()
    },
  }
  const openChannel = (): TabChannel => {
    let mine: ((event: { data: unknown }) => void) | undefined
    return {
      postMessage: (data) => {
        for (const listener of listeners) if (listener !== mine) listener({ data: structuredClone(data) })
      },
      addEventListener: (_type, listener) => {
        mine = listener
        listeners.add(listener)
      },
      close: () => void (mine && listeners.delete(mine)),
    }
  }
  return { locks, openChannel, store: memoryOutboxStore() }
}

test('of several tabs one sends, all see it, and another takes over when that one closes', async () => {
  const browser = createBrowser()
  const server = createServer()
  const sendFromSecond = vi.fn<OutboxOptions['send']>(server.send)
  const first = open({ ...browser, send: server.send })
  const second = open({ ...browser, send: sendFromSecond })
  for (const tab of [first, second]) {
    tab.setOnline(true)
    await tab.start('9')
  }
  second.send(text('from the second'))
  expect(states(first)).toEqual(['sending'])
  await vi.waitFor(() => expect(states(second)).toEqual(['sent']))
  expect(sendFromSecond).not.toHaveBeenCalled()
  first.stop()
  await vi.waitFor(() => {
    second.send(text('after the first closed'))
    expect(sendFromSecond).toHaveBeenCalled()
  })
  second.stop()
})
