import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  countOf,
  loggedMicros,
  newCaller,
  openBooks,
  reservationOf,
  settlementOf,
  type TestBooks,
} from '../../../../test/accounting.ts'
import { ownerOf, readBalances } from './balances.ts'

let books: TestBooks
beforeAll(async () => {
  books = await openBooks()
})
afterAll(() => books.close())

/** Times as a test can wait for them. */
const soon = { renewMs: 40, leaseMs: 200, sweepMs: 60 }

const openCalls = (node: string) => countOf(books.sql, 'relay_reservations', 'node', node)
const balanceOf = async (tokenId: string) =>
  (await readBalances(books.database.db, [ownerOf.token(tokenId)])).get(ownerOf.token(tokenId))

test('what a vanished process left is billed once, for its prompts, even by two sweepers', async () => {
  const lost = books.open()
  const caller = newCaller()
  const calls = Array.from({ length: 30 }, () => reservationOf(caller, { node: lost.node }))
  await Promise.all(calls.map((call) => lost.ledger.reserve(call)))
  await books.sql.query('INSERT INTO relay_leases (node, seen_at) VALUES (?, UTC_TIMESTAMP(3))', [lost.node])
  const sweepers = [books.open(soon), books.open(soon)]
  await Promise.all(sweepers.map((each) => each.start()))
  expect(await openCalls(lost.node)).toBe(30)
  await expect.poll(() => openCalls(lost.node), { timeout: 5_000 }).toBe(0)
  expect(await balanceOf(caller.tokenId)).toMatchObject({ usedMicros: 30 * 20, reservedMicros: 0 })
  expect(await loggedMicros(books.sql, 'token_id', caller.tokenId)).toBe(30 * 20)
  expect(await countOf(books.sql, 'relay_logs', 'error_code', 'lost')).toBe(30)
  // It was not gone after all: what was billed stays as it is.
  await Promise.all(calls.map((call) => lost.ledger.settle(settlementOf(call))))
  expect(await balanceOf(caller.tokenId)).toMatchObject({ usedMicros: 30 * 20, reservedMicros: 0 })
  await Promise.all(sweepers.map((each) => each.close()))
})

test('the calls of a process that lives are left alone, and given up only with its lease', async () => {
  const [living, sweeper] = [books.open(soon), books.open(soon)]
  await Promise.all([living.start(), sweeper.start()])
  const caller = newCaller()
  await living.ledger.reserve(reservationOf(caller, { node: living.node }))
  const gone = reservationOf(newCaller(), { node: 'gave-its-lease-back' })
  await living.ledger.reserve(gone)
  await expect.poll(() => openCalls(gone.node), { timeout: 5_000 }).toBe(0)
  expect(await openCalls(living.node)).toBe(1)
  await living.close()
  await expect.poll(() => openCalls(living.node), { timeout: 5_000 }).toBe(0)
  await sweeper.close()
  expect(await countOf(books.sql, 'relay_leases', 'node', sweeper.node)).toBe(0)
})

test('a call that is settled but still set aside is released and not billed again', async () => {
  const { ledger } = books.open()
  const caller = newCaller()
  const call = reservationOf(caller)
  await books.open().ledger.reserve(call)
  await ledger.settle(settlementOf(call, { costMicros: 0, status: 503 }))
  await ledger.settleLost(call)
  expect(await balanceOf(caller.tokenId)).toMatchObject({ usedMicros: 0, reservedMicros: 0 })
  expect(await countOf(books.sql, 'relay_logs', 'request_id', call.requestId)).toBe(1)
})
