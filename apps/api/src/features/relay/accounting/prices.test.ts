import type { ResultSetHeader } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBooks, type TestBooks } from '../../../../test/accounting.ts'
import { workspaces } from '../../workspaces/tables.ts'
import { relayModels, relayPrices, relaySettings } from '../tables.ts'

let books: TestBooks
let workspaceId: string
beforeAll(async () => {
  books = await openBooks()
  const [{ insertId }]: [ResultSetHeader, unknown] = await books.database.db
    .insert(workspaces)
    .values({ name: 'prices', slug: 'prices', createdAt: new Date() })
  workspaceId = String(insertId)
})
afterAll(() => books.close())

const setPrice = async (model: string, validFrom: string, input: number): Promise<void> => {
  const at = new Date(validFrom)
  await books.database.db
    .insert(relayPrices)
    .values({ workspaceId, model, validFrom: at, price: { input }, createdAt: at })
}

test('a call has the price that held when it came, whatever the model costs later', async () => {
  const { prices, events } = books.open()
  await setPrice('small', '2026-01-01T00:00:00Z', 1)
  await setPrice('small', '2026-06-01T00:00:00Z', 2)
  const inputAt = async (at: string) => (await prices.priceAt(workspaceId, 'small', new Date(at)))?.price.input
  expect(await inputAt('2025-12-31T23:59:59Z')).toBeUndefined()
  expect(await inputAt('2026-01-01T00:00:00Z')).toBe(1)
  expect(await inputAt('2026-05-31T23:59:59Z')).toBe(1)
  expect(await inputAt('2026-06-01T00:00:00Z')).toBe(2)
  await setPrice('small', '2026-07-01T00:00:00Z', 3)
  expect(await inputAt('2026-08-01T00:00:00Z')).toBe(2)
  events.emit('relay.changed', { workspaceId, kind: 'models' })
  expect(await inputAt('2026-08-01T00:00:00Z')).toBe(3)
  expect(await inputAt('2026-06-30T00:00:00Z')).toBe(2)
})

test('what is known is answered without waiting, by any case of the name', async () => {
  const { prices } = books.open()
  await setPrice('Large', '2026-01-01T00:00:00Z', 9)
  await prices.priceAt(workspaceId, 'large', new Date())
  expect(prices.priceAt(workspaceId, 'LARGE', new Date())).toMatchObject({ price: { input: 9 } })
  expect(prices.priceAt(workspaceId, 'unknown', new Date())).toBeNull()
})

test('a model has its own cap on output, or that of its workspace, or the usual one', async () => {
  const { prices, events } = books.open()
  const capOf = async (model: string) => (await prices.modelOf(workspaceId, model)).outputTokensMax
  expect(await capOf('capped')).toBe(4_096)
  const { db } = books.database
  await db.insert(relayModels).values({ workspaceId, model: 'capped', outputTokensMax: 100, createdAt: new Date() })
  await db.insert(relayModels).values({ workspaceId, model: 'listed', outputTokensMax: null, createdAt: new Date() })
  await db.insert(relaySettings).values({ workspaceId, outputTokensDefault: 500, alertEmails: [] })
  events.emit('relay.changed', { workspaceId, kind: 'settings' })
  expect([await capOf('capped'), await capOf('listed'), await capOf('other')]).toEqual([100, 500, 500])
})

test('what changes while it is being read is not kept', async () => {
  const { prices, events } = books.open()
  const reading = prices.priceAt(workspaceId, 'late', new Date())
  events.emit('relay.changed', { workspaceId, kind: 'models' })
  await reading
  await setPrice('late', '2026-01-01T00:00:00Z', 5)
  expect(await prices.priceAt(workspaceId, 'late', new Date())).toMatchObject({ price: { input: 5 } })
})
