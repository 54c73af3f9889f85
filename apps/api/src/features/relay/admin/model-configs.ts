import type { RequestOf } from '@parley/protocol/contract'
import type {
  listModelConfigs,
  ModelConfig,
  ModelHistory,
  RelayPrice,
  setModelConfig,
} from '@parley/protocol/relay-models'
import { and, desc, eq, gt } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import type { Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { invalidField, notFound } from '../../../platform/http/errors.ts'
import { relayChannels, relayModels, relayPrices, type PriceTable } from '../tables.ts'
import { personOf } from './asker.ts'
import type { RelayAdminDependencies } from './dependencies.ts'
import { rowsOf } from './list-page.ts'
import { shownPrice, storedPrice } from './price-fields.ts'

/** Clocks differ: a price of a moment ago is one of now. */
const clockSkewMs = 60_000

/** A price that was taken away is kept as one of nothing. */
const priceOrNull = (price: PriceTable): RelayPrice | null =>
  Object.keys(price).length === 0 ? null : shownPrice(price)

/** Names of models are compared as the database compares them. */
const keyOf = (model: string): string => model.toLowerCase()

/** What models cost and how much a call may set aside. */
export function createModelConfigs({ db, events }: RelayAdminDependencies) {
  const changed = ({ workspaceId }: Actor) => events.announce('relay.changed', { workspaceId, kind: 'models' })

  /** Every model of a workspace that a channel in use serves by name, or that administrators said something about. */
  async function readAll({ workspaceId }: Actor): Promise<ModelConfig[]> {
    const [channels, models, prices] = await Promise.all([
      db
        .select({ models: relayChannels.models })
        .from(relayChannels)
        .where(and(eq(relayChannels.workspaceId, workspaceId), eq(relayChannels.status, 'enabled'))),
      db.select().from(relayModels).where(eq(relayModels.workspaceId, workspaceId)),
      db
        .select()
        .from(relayPrices)
        .where(eq(relayPrices.workspaceId, workspaceId))
        .orderBy(relayPrices.validFrom, relayPrices.id),
    ])
    const configs = new Map<string, ModelConfig>()
    const configOf = (model: string): ModelConfig => {
      const found = configs.get(keyOf(model))
      const config = found ?? { model, price: null, valid_from: null, output_tokens_max: null, channels: 0 }
      if (!found) configs.set(keyOf(model), config)
      return config
    }
    const served = channels.flatMap((channel) => channel.models.filter((model) => !model.includes('*')))
    for (const model of served) configOf(model).channels += 1
    for (const { model, outputTokensMax } of models) configOf(model).output_tokens_max = outputTokensMax
    const now = Date.now()
    for (const { model, price, validFrom } of prices) {
      const config = configOf(model)
      if (validFrom.getTime() > now) continue
      config.price = priceOrNull(price)
      config.valid_from = config.price && validFrom.getTime()
    }
    return [...configs.values()].filter(
      (config) =>
        config.channels > 0 || config.price !== null || config.output_tokens_max !== null || hasFuture(config),
    )

    function hasFuture({ model }: ModelConfig): boolean {
      return prices.some((each) => keyOf(each.model) === keyOf(model) && each.validFrom.getTime() > now)
    }
  }

  async function read(actor: Actor, model: string): Promise<ModelHistory> {
    const [config] = (await readAll(actor)).filter((each) => keyOf(each.model) === keyOf(model))
    const prices = await db
      .select()
      .from(relayPrices)
      .where(and(eq(relayPrices.workspaceId, actor.workspaceId), eq(relayPrices.model, model)))
      .orderBy(desc(relayPrices.validFrom), desc(relayPrices.id))
    if (!config && prices.length === 0) throw notFound('This model')
    return {
      ...(config ?? { model, price: null, valid_from: null, output_tokens_max: null, channels: 0 }),
      prices: prices.map(({ id, price, validFrom, createdAt }) => ({
        id,
        price: priceOrNull(price),
        valid_from: validFrom.getTime(),
        created_at: createdAt.getTime(),
      })),
    }
  }

  const insertPrice = (tx: Queryable, { workspaceId }: Actor, model: string, price: PriceTable, validFrom: Date) =>
    tx.insert(relayPrices).values({ workspaceId, model, price, validFrom, createdAt: new Date() })

  const audit = (tx: Queryable, actor: Actor, action: string, values: Record<string, unknown>) =>
    recordAudit(tx, {
      workspaceId: actor.workspaceId,
      actorId: personOf(actor),
      action: `relay-model.${action}`,
      // The names of models are no ids: they may hold anything.
      targetKind: 'workspace',
      targetId: actor.workspaceId,
      after: values,
    })

  return {
    read,
    async list(actor: Actor, { order = 'model', query = '', ...wanted }: RequestOf<typeof listModelConfigs>['query']) {
      const text = keyOf(query.trim())
      const found = (await readAll(actor)).filter(({ model }) => keyOf(model).includes(text))
      const sorted = found.toSorted((one, other) => one.model.localeCompare(other.model, 'en'))
      if (order === '-model') sorted.reverse()
      const { limit, offset } = rowsOf(wanted)
      return { models: sorted.slice(offset, offset + limit), total: found.length }
    },
    async set(actor: Actor, model: string, body: RequestOf<typeof setModelConfig>['body']): Promise<ModelHistory> {
      const { price, valid_from: from, output_tokens_max: outputTokensMax } = body
      const now = Date.now()
      if (from !== undefined && from < now - clockSkewMs) {
        throw invalidField('body.valid_from', 'A price cannot begin in the past.', 'valid-from-past')
      }
      if (from !== undefined && !price) throw invalidField('body.price', 'is missing', 'price-missing')
      await db.transaction(async (tx) => {
        if (price) await insertPrice(tx, actor, model, storedPrice(price), new Date(from ?? now))
        if (outputTokensMax !== undefined) {
          await tx
            .insert(relayModels)
            .values({ workspaceId: actor.workspaceId, model, outputTokensMax, createdAt: new Date() })
            .onDuplicateKeyUpdate({ set: { outputTokensMax } })
        }
        await audit(tx, actor, 'changed', { model, price, valid_from: from, cap: outputTokensMax })
      })
      await changed(actor)
      return read(actor, model)
    },
    /** Takes away what administrators said of a model. Prices something was billed at stay; one of nothing follows them. */
    async remove(actor: Actor, model: string): Promise<void> {
      const { workspaceId } = actor
      const now = new Date()
      await db.transaction(async (tx) => {
        const ofModel = and(eq(relayPrices.workspaceId, workspaceId), eq(relayPrices.model, model))
        const [deleted] = await tx
          .delete(relayModels)
          .where(and(eq(relayModels.workspaceId, workspaceId), eq(relayModels.model, model)))
        const [planned] = await tx.delete(relayPrices).where(and(ofModel, gt(relayPrices.validFrom, now)))
        const [current] = await tx
          .select({ price: relayPrices.price })
          .from(relayPrices)
          .where(ofModel)
          .orderBy(desc(relayPrices.validFrom), desc(relayPrices.id))
          .limit(1)
          .for('update')
        const isPriced = current !== undefined && priceOrNull(current.price) !== null
        if (!isPriced && deleted.affectedRows + planned.affectedRows === 0) throw notFound('This model')
        if (isPriced) await insertPrice(tx, actor, model, {}, now)
        await audit(tx, actor, 'deleted', { model })
      })
      await changed(actor)
    },
  }
}
