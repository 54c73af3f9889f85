import { desc, eq } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { RelayEvents } from '../events.ts'
import { relayModels, relayPrices, relaySettings, type PriceTable } from '../tables.ts'
import { createWorkspaceMemory, lookInto } from '../workspace-memory.ts'

/** A price, and the name it is billed under. */
export interface Price {
  id: string
  price: PriceTable
}

/** What is said about a model, or holds for all of which nothing is. */
export interface ModelSettings {
  /** Most output tokens a call may set aside. */
  outputTokensMax: number
}

/** Asked on every call: answers at once what is known, and a promise only where it must be read. */
export interface Prices {
  /** The price of a model at a moment; null where it has none. */
  priceAt(workspaceId: string, model: string, at: Date): Price | null | Promise<Price | null>
  modelOf(workspaceId: string, model: string): ModelSettings | Promise<ModelSettings>
}

/** The prices and models of a workspace. */
interface Book {
  /** By model, the latest first. */
  prices: Map<string, (Price & { validFromMs: number })[]>
  models: Map<string, ModelSettings>
  others: ModelSettings
}

/** Where a workspace has not said otherwise. */
const outputTokensDefault = 4_096

/** Names of models are compared as the database compares them. */
const keyOf = (model: string) => model.toLowerCase()

async function readBook(db: Database, workspaceId: string): Promise<Book> {
  const [priceRows, modelRows, [settings]] = await Promise.all([
    db
      .select()
      .from(relayPrices)
      .where(eq(relayPrices.workspaceId, workspaceId))
      .orderBy(desc(relayPrices.validFrom), desc(relayPrices.id)),
    db.select().from(relayModels).where(eq(relayModels.workspaceId, workspaceId)),
    db.select().from(relaySettings).where(eq(relaySettings.workspaceId, workspaceId)),
  ])
  const others = { outputTokensMax: settings?.outputTokensDefault ?? outputTokensDefault }
  const prices: Book['prices'] = new Map()
  for (const { id, model, price, validFrom } of priceRows) {
    const dated = { id, price, validFromMs: validFrom.getTime() }
    const later = prices.get(keyOf(model))
    if (later) later.push(dated)
    else prices.set(keyOf(model), [dated])
  }
  const models = new Map(
    modelRows.map(({ model, outputTokensMax }) => [
      keyOf(model),
      outputTokensMax === null ? others : { outputTokensMax },
    ]),
  )
  return { prices, models, others }
}

function priceIn({ prices }: Book, model: string, at: Date): Price | null {
  const found = prices.get(keyOf(model))?.find(({ validFromMs }) => validFromMs <= at.getTime())
  return found ? { id: found.id, price: found.price } : null
}

const modelIn = ({ models, others }: Book, model: string): ModelSettings => models.get(keyOf(model)) ?? others

/** Keeps the prices and models of workspaces in memory until they change. */
export function createPrices(db: Database, events: EventBus<RelayEvents>): Prices {
  const book = createWorkspaceMemory<Book>({ events, kinds: ['models', 'settings'], load: (id) => readBook(db, id) })

  return {
    priceAt: (workspaceId, model, at) => lookInto(book(workspaceId), (found) => priceIn(found, model, at)),
    modelOf: (workspaceId, model) => lookInto(book(workspaceId), (found) => modelIn(found, model)),
  }
}
