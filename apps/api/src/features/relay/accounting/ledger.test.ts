import { randomUUID } from 'node:crypto'
import type { RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  countOf,
  loggedMicros,
  newCaller,
  openBooks,
  reservationOf,
  settlementOf,
  type TestBooks,
  type TestCaller,
  type TestProcess,
} from '../../../../test/accounting.ts'
import type { RelayEvents } from '../events.ts'
import { RelayRefusal } from '../refusals.ts'
import { deleteBalances, ownerOf, readBalances, setQuotas, type Quotas } from './balances.ts'

let books: TestBooks
let here: TestProcess
beforeAll(async () => {
  books = await openBooks()
  here = books.open()
})
afterAll(() => books.close())

const noQuotas: Quotas = { quotaMicros: null, quotaDayMicros: null, quotaWeekMicros: null, quotaMonthMicros: null }
const ownersOf = (caller: TestCaller) => [
  ownerOf.token(caller.tokenId),
  ownerOf.group(caller.groupId),
  ownerOf.workspace(caller.workspaceId),
]

const setQuota = (owner: string, quotas: Partial<Quotas>) =>
  setQuotas(books.database.db, owner, { ...noQuotas, ...quotas })

async function balanceOf(owner: string, now?: Date) {
  const balance = (await readBalances(books.database.db, [owner], now)).get(owner)
  if (!balance) throw new Error(`no balance of ${owner}`)
  return balance
}

/** `null` for what was admitted, else the refusal. */
const outcomeOf = (work: Promise<void>): Promise<RelayRefusal | null> =>
  work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof RelayRefusal) return error
      throw error
    },
  )

async function reserveMany(processes: TestProcess[], caller: TestCaller, count: number) {
  const calls = Array.from({ length: count }, () => reservationOf(caller))
  const outcomes = await Promise.all(
    calls.map((call, index) =>
      outcomeOf(processes[index % processes.length]?.ledger.reserve(call) ?? Promise.reject()),
    ),
  )
  return calls.filter((_, index) => outcomes[index] === null)
}

describe('reservations', () => {
  test('100 parallel calls on a budget for 10 admit exactly 10', async () => {
    const caller = newCaller()
    await setQuota(ownerOf.group(caller.groupId), { quotaMicros: 1_000 })
    expect(await reserveMany([here], caller, 100)).toHaveLength(10)
    expect(await balanceOf(ownerOf.group(caller.groupId))).toMatchObject({ usedMicros: 0, reservedMicros: 1_000 })
    expect(await balanceOf(ownerOf.token(caller.tokenId))).toMatchObject({ reservedMicros: 1_000 })
  })

  test('two nodes at once admit no more than one would', async () => {
    const caller = newCaller()
    await setQuota(ownerOf.workspace(caller.workspaceId), { quotaMicros: 1_000 })
    expect(await reserveMany([here, books.open()], caller, 100)).toHaveLength(10)
    expect(await countOf(books.sql, 'relay_reservations', 'workspace_id', caller.workspaceId)).toBe(10)
  })

  test('a refused call sets nothing aside, at none of its owners', async () => {
    const caller = newCaller()
    await setQuota(ownerOf.workspace(caller.workspaceId), { quotaMicros: 50 })
    await expect(here.ledger.reserve(reservationOf(caller))).rejects.toBeInstanceOf(RelayRefusal)
    for (const owner of ownersOf(caller)) expect((await balanceOf(owner)).reservedMicros).toBe(0)
    expect(await countOf(books.sql, 'relay_reservations', 'workspace_id', caller.workspaceId)).toBe(0)
  })

  const now = new Date('2026-11-18T22:00:00.000Z')
  test.each([
    { quota: { quotaMicros: 50 }, code: 'insufficient_balance', status: 403, words: 'total', hours: undefined },
    { quota: { quotaDayMicros: 50 }, code: 'quota_exceeded', status: 429, words: 'daily', hours: 2 },
    { quota: { quotaWeekMicros: 50 }, code: 'quota_exceeded', status: 429, words: 'weekly', hours: 2 + 4 * 24 },
    { quota: { quotaMonthMicros: 50 }, code: 'quota_exceeded', status: 429, words: 'monthly', hours: 2 + 12 * 24 },
    {
      quota: { quotaDayMicros: 50, quotaMonthMicros: 50 },
      code: 'quota_exceeded',
      status: 429,
      words: 'monthly',
      hours: 2 + 12 * 24,
    },
    {
      quota: { quotaMicros: 50, quotaDayMicros: 50 },
      code: 'insufficient_balance',
      status: 403,
      words: 'total',
      hours: undefined,
    },
  ])('a used up $words quota is said as $status, with whose it is and when it ends', async (each) => {
    const process = books.open({ clock: () => now })
    const whose = { t: 'token "first"', g: 'group "writers"', w: 'workspace' }
    for (const [letter, name] of Object.entries(whose)) {
      const caller = newCaller()
      await setQuota(ownersOf(caller).find((owner) => owner.startsWith(letter)) ?? '', each.quota)
      const refusal = await outcomeOf(process.ledger.reserve(reservationOf(caller)))
      expect(refusal).toMatchObject({
        code: each.code,
        status: each.status,
        retryAfterMs: each.hours === undefined ? undefined : each.hours * 3_600_000,
      })
      expect(refusal?.message).toContain(`The ${each.words} quota of the ${name}`)
    }
  })
})

describe('settlements', () => {
  test('a settled call moves its cost from reserved to used and reads back as it was given', async () => {
    const caller = newCaller()
    const call = reservationOf(caller)
    await here.ledger.reserve(call)
    const attempt = {
      channelId: '6',
      channelName: 'down',
      status: 503,
      errorCode: 'upstream_failed',
      upstreamRequestId: 'up-1',
      durationMs: 9,
    }
    const settlement = settlementOf(call, {
      cachedTokens: 1,
      cacheCreationTokens: 2,
      audioInputTokens: 3,
      imageInputTokens: 4,
      thinkingTokens: 5,
      audioOutputTokens: 6,
      imageOutputTokens: 7,
      images: 8,
      searches: 9,
      serviceTier: 'flex',
      priceId: '11',
      isStream: true,
      errorCode: 'odd',
      errorMessage: '很奇怪',
      upstreamRequestId: 'up-2',
      attempts: [attempt],
    })
    await here.ledger.settle(settlement)
    for (const owner of ownersOf(caller))
      expect(await balanceOf(owner)).toMatchObject({
        usedMicros: 60,
        usedDayMicros: 60,
        usedWeekMicros: 60,
        usedMonthMicros: 60,
        reservedMicros: 0,
      })
    const [[log]] = await books.sql.query<RowDataPacket[]>('SELECT * FROM relay_logs WHERE request_id = ?', [
      call.requestId,
    ])
    const snake = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    const { attempts: _attempts, ...row } = settlement
    const ids = new Set(['workspaceId', 'groupId', 'tokenId', 'channelId', 'priceId'])
    const storedAs = ([key, value]: [string, unknown]) => {
      if (typeof value === 'boolean') return [snake(key), Number(value)]
      return [snake(key), ids.has(key) ? Number(value) : value]
    }
    expect(log).toMatchObject(Object.fromEntries(Object.entries(row).map(storedAs)))
    const [attempts] = await books.sql.query<RowDataPacket[]>('SELECT * FROM relay_attempts WHERE request_id = ?', [
      call.requestId,
    ])
    expect(attempts).toMatchObject([{ number: 1, channel_id: 6, channel_name: 'down', status: 503, duration_ms: 9 }])
    expect(await countOf(books.sql, 'relay_reservations', 'request_id', call.requestId)).toBe(0)
  })

  test('settling twice changes nothing, at once or later, here or on another node', async () => {
    const caller = newCaller()
    const call = reservationOf(caller)
    const other = reservationOf(caller)
    await Promise.all([here.ledger.reserve(call), here.ledger.reserve(other)])
    await Promise.all([here.ledger.settle(settlementOf(call)), here.ledger.settle(settlementOf(call))])
    await here.ledger.settle(settlementOf(call, { costMicros: 99 }))
    await books.open().ledger.settle(settlementOf(call, { costMicros: 98 }))
    for (const owner of ownersOf(caller))
      expect(await balanceOf(owner)).toMatchObject({ usedMicros: 60, reservedMicros: 100 })
    expect(await countOf(books.sql, 'relay_logs', 'request_id', call.requestId)).toBe(1)
    const [[hour]] = await books.sql.query<RowDataPacket[]>('SELECT * FROM relay_usage_hours WHERE token_id = ?', [
      caller.tokenId,
    ])
    expect(hour).toMatchObject({ requests: 1, cost_micros: 60 })
  })

  test('an overrun is debited, and the next call is refused', async () => {
    const caller = newCaller()
    await setQuota(ownerOf.token(caller.tokenId), { quotaMicros: 150 })
    const call = reservationOf(caller)
    await here.ledger.reserve(call)
    await here.ledger.settle(settlementOf(call, { costMicros: 180 }))
    expect(await balanceOf(ownerOf.token(caller.tokenId))).toMatchObject({ usedMicros: 180, reservedMicros: 0 })
    const next = reservationOf(caller, { amountMicros: 0, inputMicros: 0 })
    await expect(here.ledger.reserve(next)).rejects.toMatchObject({ code: 'insufficient_balance' })
  })

  test('a call without a reservation is logged, and billed if it cost something', async () => {
    const caller = newCaller()
    await here.ledger.settle(
      settlementOf(reservationOf(caller), { status: 429, errorCode: 'rate_limited', costMicros: 0 }),
    )
    await here.ledger.settle(settlementOf(reservationOf(caller)))
    expect(await countOf(books.sql, 'relay_logs', 'token_id', caller.tokenId)).toBe(2)
    expect(await balanceOf(ownerOf.token(caller.tokenId))).toMatchObject({ usedMicros: 60, reservedMicros: 0 })
  })

  test('days, weeks and months are counted apart, and begin anew', async () => {
    let now = new Date('2026-11-29T12:00:00.000Z')
    const process = books.open({ clock: () => now })
    const caller = newCaller()
    const token = ownerOf.token(caller.tokenId)
    const spendOn = async (day: string) => {
      now = new Date(`${day}T12:00:00.000Z`)
      await process.ledger.settle(settlementOf(reservationOf(caller)))
      const { usedMicros, usedDayMicros, usedWeekMicros, usedMonthMicros } = await balanceOf(token, now)
      return [usedMicros, usedDayMicros, usedWeekMicros, usedMonthMicros]
    }
    // A Sunday, the Monday after it, which is the last of its month, and the day after.
    expect(await spendOn('2026-11-29')).toEqual([60, 60, 60, 60])
    expect(await spendOn('2026-11-30')).toEqual([120, 60, 60, 120])
    expect(await spendOn('2026-12-01')).toEqual([180, 60, 120, 60])
    expect(await balanceOf(token, new Date('2026-12-08T00:00:00.000Z'))).toMatchObject({
      usedDayMicros: 0,
      usedWeekMicros: 0,
      usedMonthMicros: 60,
    })
    await setQuota(token, { quotaDayMicros: 100 })
    expect(await outcomeOf(process.ledger.reserve(reservationOf(caller)))).toMatchObject({ status: 429 })
    now = new Date('2026-12-02T00:00:00.000Z')
    expect(await outcomeOf(process.ledger.reserve(reservationOf(caller)))).toBeNull()
  })

  test('what a client or an upstream says too much of does not keep a bill from being stored', async () => {
    const caller = newCaller()
    const odd = settlementOf(reservationOf(caller), {
      model: '模'.repeat(300),
      errorCode: '错'.repeat(100),
      errorMessage: 'x'.repeat(1_000),
      serviceTier: 'ü'.repeat(40),
      outputTokens: Number.NaN,
      inputTokens: 1e300,
      firstTokenMs: -1,
      durationMs: 1e12,
    })
    await Promise.all([here.ledger.settle(odd), here.ledger.settle(settlementOf(reservationOf(caller)))])
    expect(await countOf(books.sql, 'relay_logs', 'token_id', caller.tokenId)).toBe(2)
  })

  test('what was deleted while a call was under way stays deleted', async () => {
    const caller = newCaller()
    const call = reservationOf(caller)
    await here.ledger.reserve(call)
    const gone = [ownerOf.token(caller.tokenId), ownerOf.group(caller.groupId)]
    await deleteBalances(books.database.db, gone)
    await here.ledger.settle(settlementOf(call))
    for (const owner of gone) expect(await countOf(books.sql, 'relay_balances', 'owner', owner)).toBe(0)
    expect(await balanceOf(ownerOf.workspace(caller.workspaceId))).toMatchObject({ usedMicros: 60, reservedMicros: 0 })
  })
})

describe('budgets', () => {
  test('crossing 80 and 100 percent is said once each, after the commit', async () => {
    const caller = newCaller()
    const owner = ownerOf.group(caller.groupId)
    await setQuota(owner, { quotaMicros: 300, quotaDayMicros: 1_000 })
    const heard: RelayEvents['relay.budget'][] = []
    here.events.on('relay.budget', (event) => void (event.workspaceId === caller.workspaceId && heard.push(event)))
    for (let call = 0; call < 8; call += 1) await here.ledger.settle(settlementOf(reservationOf(caller)))
    const said = { workspaceId: caller.workspaceId, owner, period: 'total', quotaMicros: 300 }
    expect(heard).toEqual([
      { ...said, percent: 80, usedMicros: 240 },
      { ...said, percent: 100, usedMicros: 300 },
    ])
  })

  test('a call is comfortable while what was last seen covers it several times over', async () => {
    const caller = newCaller()
    const owner = ownerOf.token(caller.tokenId)
    expect(here.ledger.isComfortable(caller, 100)).toBe(false)
    await here.ledger.reserve(reservationOf(caller))
    expect(here.ledger.isComfortable(caller, 1e12)).toBe(true)
    await setQuota(owner, { quotaMicros: 1_000 })
    here.events.emit('relay.changed', { workspaceId: caller.workspaceId, kind: 'tokens' })
    expect(here.ledger.isComfortable(caller, 100)).toBe(false)
    await here.ledger.reserve(reservationOf(caller))
    expect(here.ledger.isComfortable(caller, 100)).toBe(true)
    const under = Array.from({ length: 5 }, () => here.ledger.reserve(reservationOf(caller)))
    expect(here.ledger.isComfortable(caller, 100)).toBe(false)
    await Promise.all(under)
    expect(here.ledger.isComfortable(caller, 100)).toBe(false)
  })
})

/** Numbers that look random and are the same in every run. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function createDice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

async function expectBooksToAddUp(callers: TestCaller[]) {
  const columns = { t: 'token_id', g: 'group_id', w: 'workspace_id' }
  for (const owner of new Set(callers.flatMap(ownersOf))) {
    const [letter, id] = [owner.slice(0, 1), owner.slice(1)]
    const column = letter === 't' ? columns.t : letter === 'g' ? columns.g : columns.w
    const spent = await loggedMicros(books.sql, column, id)
    expect([owner, await balanceOf(owner)]).toMatchObject([
      owner,
      { usedMicros: spent, usedDayMicros: spent, reservedMicros: 0 },
    ])
  }
  const [sums] = await books.sql.query<RowDataPacket[]>(
    `SELECT token_id, model, SUM(requests) AS requests, SUM(errors) AS errors, SUM(input_tokens) AS input, SUM(output_tokens) AS output,
      SUM(cost_micros) AS cost, SUM(first_token_ms_sum) AS first, SUM(first_tokens) AS firsts, SUM(duration_ms_sum) AS duration
      FROM relay_usage_hours GROUP BY token_id, model, channel_id, hour ORDER BY token_id, model, channel_id, hour`,
  )
  const [logs] = await books.sql.query<RowDataPacket[]>(
    `SELECT token_id, model, SUM(1) AS requests, SUM(status >= 400) AS errors, SUM(input_tokens) AS input, SUM(output_tokens) AS output,
      SUM(cost_micros) AS cost, SUM(COALESCE(first_token_ms, 0)) AS first, SUM(first_token_ms IS NOT NULL) AS firsts, SUM(duration_ms) AS duration
      FROM relay_logs GROUP BY token_id, model, COALESCE(channel_id, 0), DATE_FORMAT(created_at, '%Y%m%d%H')
      ORDER BY token_id, model, COALESCE(channel_id, 0), DATE_FORMAT(created_at, '%Y%m%d%H')`,
  )
  expect(sums).toEqual(logs)
}

describe('the books', () => {
  test('add up after any mix of calls: balances, log and hours', async () => {
    const dice = createDice(4)
    const nodes = [books.open(), books.open()]
    const shared = newCaller()
    const callers = [
      shared,
      newCaller({ workspaceId: shared.workspaceId }),
      newCaller({ workspaceId: shared.workspaceId, groupId: shared.groupId }),
      newCaller(),
    ]
    await setQuota(ownerOf.group(shared.groupId), { quotaMicros: 4_000 })
    const work = Array.from({ length: 400 }, async (_, index) => {
      const [caller, node] = [callers[dice(callers.length)], nodes[dice(2)]]
      const [costMicros, path, amountMicros] = [dice(150), dice(10), dice(200)]
      if (!caller || !node) throw new Error('nobody calls')
      const call = reservationOf(caller, { amountMicros, model: `model-${index % 3}` })
      const refusal = path === 0 ? null : await outcomeOf(node.ledger.reserve(call))
      const ending = refusal
        ? { costMicros: 0, status: refusal.status, channelId: null, firstTokenMs: null }
        : { costMicros }
      await node.ledger.settle(settlementOf(call, ending))
      if (path === 1) await node.ledger.settle(settlementOf(call, ending))
    })
    await Promise.all(work)
    expect(await countOf(books.sql, 'relay_reservations', 'group_id', shared.groupId)).toBe(0)
    await expectBooksToAddUp(callers)
  })

  test('lose nothing and double nothing while connections are killed', async () => {
    const process = books.open()
    const callers = [newCaller(), newCaller(), newCaller()]
    const settled = new Set<string>()
    const calls = Array.from({ length: 40 }, async (_, lane) => {
      for (let turn = 0; turn < 15; turn += 1) {
        const call = reservationOf(callers[(lane + turn) % 3] ?? newCaller())
        const refusal = await outcomeOf(process.ledger.reserve(call))
        await process.ledger.settle(settlementOf(call, refusal ? { status: 503, costMicros: 0 } : {}))
        settled.add(call.requestId)
      }
    })
    let isDone = false
    let kills = 0
    const finished = Promise.all(calls).finally(() => (isDone = true))
    while (!isDone) {
      const [victims] = await books.sql.query<RowDataPacket[]>(
        "SELECT id FROM information_schema.processlist WHERE db = ? AND command = 'Query' AND id <> CONNECTION_ID()",
        [books.schema],
      )
      for (const { id } of victims) {
        await books.sql.query('KILL CONNECTION ?', [id]).then(
          () => (kills += 1),
          () => undefined,
        )
      }
      await new Promise((resolve) => setImmediate(resolve))
      if (kills > 60) break
    }
    await finished
    expect(kills).toBeGreaterThan(0)
    await process.ledger.drain()
    expect(process.ledger.pending()).toBe(0)
    for (const { workspaceId } of callers)
      expect(await countOf(books.sql, 'relay_reservations', 'workspace_id', workspaceId)).toBe(0)
    let logged = 0
    for (const { tokenId } of callers) logged += await countOf(books.sql, 'relay_logs', 'token_id', tokenId)
    expect(logged).toBe(settled.size)
    await expectBooksToAddUp(callers)
  })

  test('a reservation whose commit nobody heard of is released, and a settlement stored once', async () => {
    const process = books.open()
    const { writer } = process.database
    const getConnection = writer.getConnection.bind(writer)
    /** Commits, and breaks before it can say so. */
    const breakNext = () =>
      vi.spyOn(writer, 'getConnection').mockImplementationOnce(async () => {
        const connection = await getConnection()
        const query = connection.query.bind(connection)
        vi.spyOn(connection, 'query').mockImplementation(async (statements) => {
          const answer = await query(statements)
          const sent: unknown = statements
          if (typeof sent !== 'string' || !sent.endsWith('COMMIT')) return answer
          connection.destroy()
          throw Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST' })
        })
        return connection
      })
    const caller = newCaller()
    const reservedMicros = async () => (await balanceOf(ownerOf.token(caller.tokenId))).reservedMicros
    breakNext()
    const refused = reservationOf(caller)
    await expect(process.ledger.reserve(refused)).rejects.toMatchObject({ code: 'overloaded' })
    expect(await reservedMicros()).toBe(100)
    await process.ledger.settle(settlementOf(refused, { status: 503, costMicros: 0 }))
    await process.ledger.drain()
    expect(await reservedMicros()).toBe(0)
    const call = reservationOf(caller)
    await process.ledger.reserve(call)
    breakNext()
    await process.ledger.settle(settlementOf(call))
    expect(await countOf(books.sql, 'relay_logs', 'request_id', call.requestId)).toBe(1)
    await expectBooksToAddUp([caller])
  })

  test('a database that is away refuses reservations and loses no settlement', async () => {
    const process = books.open()
    const caller = newCaller()
    const call = reservationOf(caller)
    await process.ledger.reserve(call)
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
    const { writer } = process.database
    const getConnection = writer.getConnection.bind(writer)
    writer.getConnection = () => Promise.reject(away)
    await expect(process.ledger.reserve(reservationOf(caller))).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
    })
    const stored = process.ledger.settle(settlementOf(call))
    await expect.poll(() => process.ledger.pending()).toBe(1)
    writer.getConnection = getConnection
    await stored
    expect(process.ledger.pending()).toBe(0)
    await expectBooksToAddUp([caller])
  })
})

test('a request id that is no reservation of this process is never released', async () => {
  const caller = newCaller()
  const call = reservationOf(caller, { requestId: randomUUID() })
  await here.ledger.reserve(call)
  await books.open().ledger.settle(settlementOf(reservationOf(caller), { costMicros: 1 }))
  expect(await balanceOf(ownerOf.token(caller.tokenId))).toMatchObject({ usedMicros: 1, reservedMicros: 100 })
})
