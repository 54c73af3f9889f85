import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { answer, count, Done, epochMs, ModelName, namePart, paging, total } from './relay-fields.ts'
import { closed, id, nullable } from './scalars.ts'

/** A million units of currency for a million tokens: beyond it a price is a slip, and sums would leave what is exact. */
const rateMax = 1_000_000_000_000

const rate = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: rateMax, description: `${description} In micro-units.` }))

/** Prices; what is absent costs what the kind it is part of does, or nothing. */
const rates = {
  input: rate('A million input tokens.'),
  output: rate('A million output tokens.'),
  cached: rate("A million input tokens read from the provider's cache."),
  cache_creation: rate("A million input tokens written to the provider's cache."),
  audio_input: rate('A million input tokens of sound.'),
  audio_output: rate('A million output tokens of sound.'),
  image_input: rate('A million input tokens of pictures.'),
  image_output: rate('A million output tokens of pictures.'),
  thinking: rate('A million tokens of thinking.'),
  per_image: rate('Each picture made.'),
  per_request: rate('Each call.'),
  per_search: rate('Each search of the web.'),
}

/** What a model costs, with other rates for long prompts and for service tiers. */
export const RelayPrice = Type.Object(
  {
    ...rates,
    tiers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            input_tokens_from: Type.Optional(
              Type.Integer({
                minimum: 1,
                maximum: 1_000_000_000,
                description: 'For prompts of so many tokens or more.',
              }),
            ),
            service_tier: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 32,
                pattern: '^[\\w.-]{1,32}$',
                description: 'For this service tier.',
              }),
            ),
            ...rates,
          },
          closed,
        ),
        { maxItems: 20, description: 'The first whose conditions all hold replaces the rates it names.' },
      ),
    ),
  },
  closed,
)
export type RelayPrice = Static<typeof RelayPrice>

/** A price and from when on it holds. */
export const DatedPrice = Type.Object({
  id: id('The price; lines of the log name it.'),
  price: nullable(RelayPrice),
  valid_from: epochMs('From when on it holds.'),
  created_at: epochMs('When it was written down.'),
})
export type DatedPrice = Static<typeof DatedPrice>

const outputTokensMax = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'Most output tokens a call may set aside; what a call asks for beyond it is not set aside.',
})

/** A model as administrators know it. */
export const ModelConfig = Type.Object({
  model: ModelName,
  price: nullable(RelayPrice),
  valid_from: nullable(epochMs('Since when it costs that; null without a price.')),
  output_tokens_max: nullable(outputTokensMax),
  channels: count('Channels in use that serve it.'),
})
export type ModelConfig = Static<typeof ModelConfig>

const tag = 'relay'
const model = Type.Object({ model: ModelName }, closed)

export const listModelConfigs = contract({
  method: 'GET',
  path: '/api/model_configs',
  summary: 'Models that a channel serves or that have a price, with what they cost now',
  tag,
  auth: 'session',
  permission: 'relay:read',
  query: Type.Object({ ...paging(['model', '-model']), query: namePart }, closed),
  status: 200,
  response: answer(
    Type.Object({ models: Type.Array(ModelConfig, { description: 'The models of this page.' }), total }),
  ),
})

/** A model with all it ever cost and will. */
export const ModelHistory = Type.Object({
  ...ModelConfig.properties,
  prices: Type.Array(DatedPrice, {
    description: 'All its prices, the latest first, those of the future included. Null: from then on it costs nothing.',
  }),
})
export type ModelHistory = Static<typeof ModelHistory>

export const getModelConfig = contract({
  method: 'GET',
  path: '/api/model_configs/:model',
  summary: 'A model, with all it ever cost and will',
  tag,
  auth: 'session',
  permission: 'relay:read',
  params: model,
  query: Type.Object({}, closed),
  status: 200,
  response: answer(ModelHistory),
})

export const setModelConfig = contract({
  method: 'PUT',
  path: '/api/model_configs/:model',
  summary: 'Give a model a new price from a time on, or a cap; what was billed keeps the price it was billed at',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  params: model,
  body: Type.Object(
    {
      price: Type.Optional(RelayPrice),
      valid_from: Type.Optional(epochMs('From when on the price holds; from now on without it, and never earlier.')),
      output_tokens_max: Type.Optional(nullable(outputTokensMax)),
    },
    { ...closed, minProperties: 1 },
  ),
  status: 200,
  response: answer(ModelHistory),
})

export const deleteModelConfig = contract({
  method: 'DELETE',
  path: '/api/model_configs/:model',
  summary: 'Take the cap and, from now on, the price from a model; what was billed keeps its price',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  params: model,
  query: Type.Object({}, closed),
  status: 200,
  response: Done,
})
