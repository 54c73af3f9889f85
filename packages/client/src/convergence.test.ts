import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createModelClient, type ModelClient } from './testing/model-network.ts'
import { createModelServer, refusedText, type ModelServer, type Operation } from './testing/model-server.ts'

const roomIds = ['1', '2']
const runs = Number(process.env.CONVERGENCE_RUNS ?? 5_000)

/** One thing that happens; the numbers choose whom and what it happens to. */
const action = fc.record({
  kind: fc.oneof(
    { weight: 30, arbitrary: fc.constant('arrive' as const) },
    { weight: 10, arbitrary: fc.constant('commit' as const) },
    { weight: 6, arbitrary: fc.constant('send' as const) },
    { weight: 3, arbitrary: fc.constant('lose' as const) },
    { weight: 3, arbitrary: fc.constant('double' as const) },
    { weight: 3, arbitrary: fc.constant('stale' as const) },
    { weight: 3, arbitrary: fc.constant('announce' as const) },
    { weight: 9, arbitrary: fc.constant('look' as const) },
    { weight: 3, arbitrary: fc.constant('wait' as const) },
    { weight: 2, arbitrary: fc.constant('cut' as const) },
    { weight: 3, arbitrary: fc.constant('connect' as const) },
    { weight: 1, arbitrary: fc.constant('restore' as const) },
    { weight: 1, arbitrary: fc.constant('purge' as const) },
  ),
  a: fc.nat(1_000),
  b: fc.nat(1_000),
  c: fc.nat(1_000),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

const pick = <T>(items: readonly T[], n: number): T => {
  const item = items[n % items.length]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** Lets everything run that waits for nothing but its turn. */
async function settle() {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve()
}

function createWorld() {
  const server = createModelServer(roomIds)
  let names = 0
  const clients: ModelClient[] = []
  const publish: Parameters<typeof createModelClient>[2] = (packet) => clients.forEach((client) => client.hear(packet))
  clients.push(createModelClient(server, 'ann', publish), createModelClient(server, 'bo', publish))
  const sent: { client: ModelClient; roomId: string; clientId: string }[] = []

  function commit({ a, b, c }: Action) {
    const roomId = pick(roomIds, a)
    const { head } = server.stateOf(roomId)
    const operations: Operation[] = []
    for (let count = 0; count <= b % 3; count++) {
      const seq = head.floor + 1 + ((c + count * 7) % Math.max(1, head.seq - head.floor))
      const kind = pick(['send', 'edit', 'send', 'react', 'recall', 'edit'] as const, c + count)
      if (kind !== 'send' && head.seq > head.floor) operations.push({ kind, seq, by: 'eve' })
      else operations.push({ kind: 'send', senderId: 'eve', clientId: `eve-${++names}`, text: 'x' })
    }
    publish(server.commit(roomId, operations))
  }

  function look(client: ModelClient, roomId: string, { b, c }: Action) {
    const { engine } = client
    const { head } = server.stateOf(roomId)
    const seq = head.floor + 1 + (c % Math.max(1, head.seq - head.floor))
    if (b % 6 === 0) void engine.loadBefore(roomId)
    else if (b % 6 === 1) void engine.loadAfter(roomId)
    else if (b % 6 === 2) void engine.jumpTo(roomId, seq)
    else if (b % 6 === 3) void engine.jumpToLatest(roomId)
    else if (b % 6 === 4) engine.close(roomId)
    else void engine.open(roomId)
  }

  /** A server that comes back with a backup gives no answers to what it was asked before. */
  function restore(roomId: string, isCut: boolean) {
    for (const client of clients) {
      if (isCut) client.disconnect()
      else client.loseRequests()
    }
    server.restore(roomId)
  }

  function act(step: Action) {
    const { kind, a, b, c } = step
    const client = pick(clients, b)
    const roomId = pick(roomIds, a)
    const index = c % Math.max(1, client.inFlight.length)
    if (kind === 'arrive') client.arrive(index)
    else if (kind === 'lose') client.lose(index)
    else if (kind === 'double') client.double(index)
    else if (kind === 'commit') commit(step)
    else if (kind === 'stale') client.answerNextFromThePast(1 + (c % 6))
    else if (kind === 'announce') client.announce()
    else if (kind === 'look') look(client, roomId, { ...step, b: c, c: b })
    else if (kind === 'cut') client.disconnect()
    else if (kind === 'connect') client.connect()
    else if (kind === 'restore') restore(roomId, c % 2 === 0)
    else if (kind === 'purge') server.purge(roomId, c % (server.stateOf(roomId).head.seq + 1))
    else if (kind === 'send') {
      const text = c % 8 === 0 ? refusedText : 'mine'
      const { clientId } = client.outbox.send({ roomId, body: { kind: 'text', text } })
      sent.push({ client, roomId, clientId })
    }
  }

  for (const roomId of roomIds) {
    for (let seq = 1; seq <= 8; seq++) {
      server.commit(roomId, [{ kind: 'send', senderId: 'eve', clientId: `eve-${++names}`, text: 'x' }])
    }
  }

  return { server, clients, sent, act }
}

type World = ReturnType<typeof createWorld>

/** The network is quiet again: all arrives, and heads are announced as they always are. */
async function calm({ clients }: World) {
  for (let round = 0; round < 60; round++) {
    for (const client of clients) {
      client.connect()
      client.answerNextFromThePast(0)
      if (round % 10 === 0) client.announce()
      while (client.inFlight.length > 0) {
        client.arrive(0)
        await settle()
      }
    }
    await vi.advanceTimersByTimeAsync(20_000)
    await settle()
    if (round > 10 && clients.every((client) => client.inFlight.length === 0)) return
  }
  throw new Error('the network does not come to rest')
}

/** What a client shows of a room. */
function shown({ engine }: ModelClient, roomId: string) {
  const view = engine.view(roomId)
  const clientIds = new Set(view?.rows.map(({ clientId }) => clientId))
  return { status: view?.status, rows: view?.rows, hasBefore: view?.hasBefore, messages: clientIds.size }
}

/** What it would show had it just fetched that stretch of the room. */
function fetched(server: ModelServer, { engine }: ModelClient, roomId: string) {
  const view = engine.view(roomId)
  const { head, rows } = server.stateOf(roomId)
  const first = view?.rows[0]?.seq ?? head.floor + 1
  const last = view?.hasAfter ? (view.rows.at(-1)?.seq ?? 0) : head.seq
  const stretch = rows.filter(({ seq }) => seq >= first && seq <= last)
  return { status: 'ready', rows: stretch, hasBefore: first > head.floor + 1, messages: stretch.length }
}

/** The states in which sends are left in outboxes; nothing is left of one that was stored. */
const outcomes = ({ server, sent }: World) =>
  sent.map(({ client, roomId, clientId }) => ({
    isStored: server.writtenAt(roomId, client.userId, clientId) !== undefined,
    left: client.outbox.entries(roomId).find((entry) => entry.clientId === clientId)?.state,
  }))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('whatever the network does, every client ends up equal to a fresh fetch, and every send is stored once or failed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 150 }), fc.nat(), async (actions, seed) => {
      let random = seed
      vi.spyOn(Math, 'random').mockImplementation(
        () => (random = (random * 16_807 + 11) % 2_147_483_647) / 2_147_483_647,
      )
      const world = createWorld()
      for (const { userId, outbox, engine, connect } of world.clients) {
        await outbox.start(userId)
        connect()
        for (const roomId of roomIds) void engine.open(roomId)
      }
      for (const step of actions) {
        if (step.kind === 'wait') await vi.advanceTimersByTimeAsync(pick([50, 300, 1_000, 5_000], step.a))
        else world.act(step)
        await settle()
      }
      for (const client of world.clients) for (const roomId of roomIds) void client.engine.open(roomId)
      await calm(world)
      for (const client of world.clients) {
        for (const roomId of roomIds) expect(shown(client, roomId)).toEqual(fetched(world.server, client, roomId))
      }
      for (const { isStored, left } of outcomes(world)) expect(left).toBe(isStored ? undefined : 'failed')
      for (const client of world.clients) {
        client.outbox.stop()
        client.engine.clear()
      }
      vi.clearAllTimers()
    }),
    { numRuns: runs, seed: 20_260_504, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true },
  )
}, 120_000)
