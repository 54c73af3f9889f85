import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import {
  answer,
  count,
  Done,
  epochMs,
  limits,
  limitsWanted,
  ModelName,
  ModelPatterns,
  namePart,
  paging,
  Switch,
  total,
} from './relay-fields.ts'
import { closed, id, nullable } from './scalars.ts'

/** What a channel speaks; `openai` is whatever is compatible with it, `test` an upstream that is built in. */
export const ChannelType = Type.Enum(['openai', 'anthropic', 'gemini', 'test'], {
  description: '`openai`: it and whatever is compatible; `anthropic`; `gemini`; `test`: an upstream that is built in.',
})
export type ChannelType = Static<typeof ChannelType>

const wait = (description: string) =>
  Type.Integer({ minimum: 100, maximum: 3_600_000, description: `${description} In milliseconds.` })

const timeouts = {
  connect_ms: wait('Until the connection stands.'),
  headers_ms: wait('Until the answer begins.'),
  first_token_ms: wait('Until the first content comes.'),
  idle_ms: wait('Between two pieces of an answer.'),
}

/** How long a channel may take. */
export const ChannelTimeouts = Type.Object(timeouts)
export type ChannelTimeouts = Static<typeof ChannelTimeouts>

/** How a channel does, as the node that answers has seen it in the last two minutes. */
export const ChannelHealth = Type.Object({
  state: Type.Enum(['healthy', 'banned', 'probing'], {
    description: '`banned`: it failed too often and is left alone; `probing`: one call is let through to see.',
  }),
  samples: count('Attempts.'),
  failures: count('Attempts that failed.'),
  error_rate: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Share that failed; 0 while there are too few to tell.',
  }),
  banned_until: nullable(epochMs('Until when it is left alone; null if it is not.')),
})
export type ChannelHealth = Static<typeof ChannelHealth>

const channelName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '\\S',
  description: 'What people call it; no two are called the same.',
})

const baseUrl = Type.String({
  maxLength: 500,
  description:
    "Where it is; the provider's own address where it is empty. Of `test`: `answers`, or `failures` for one that fails as it is told.",
  examples: ['https://api.openai.com/v1'],
})

const modelMapping = Type.Record(Type.String({ minLength: 1, maxLength: 100 }), ModelName, {
  maxProperties: 500,
  description: 'What the channel calls a model, by what clients call it.',
})

const priority = Type.Integer({
  minimum: -1_000,
  maximum: 1_000,
  description: 'Channels of a higher one are tried first.',
})
const weight = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'Share of the calls among channels of one priority; 0 for none while another one works.',
})

/** An upstream. Its key is never told. */
export const RelayChannel = Type.Object({
  id: id('The channel.'),
  name: channelName,
  type: ChannelType,
  base_url: baseUrl,
  has_key: Type.Boolean({ description: 'Whether a key is kept for it.' }),
  models: ModelPatterns,
  model_mapping: modelMapping,
  priority,
  weight,
  status: Switch,
  timeouts: ChannelTimeouts,
  ...limits,
  health: ChannelHealth,
  created_at: epochMs('When it was made.'),
})
export type RelayChannel = Static<typeof RelayChannel>

const wanted = {
  base_url: Type.Optional(baseUrl),
  key: Type.Optional(
    Type.String({
      maxLength: 1_000,
      pattern: '^[\\x21-\\x7e]*$',
      description:
        'Key of the provider; kept encrypted and never told again. Needed anew where `base_url` leads to another host.',
    }),
  ),
  model_mapping: Type.Optional(modelMapping),
  priority: Type.Optional(priority),
  weight: Type.Optional(weight),
  status: Type.Optional(Switch),
  timeouts: Type.Optional(
    Type.Object(
      {
        connect_ms: Type.Optional(timeouts.connect_ms),
        headers_ms: Type.Optional(timeouts.headers_ms),
        first_token_ms: Type.Optional(timeouts.first_token_ms),
        idle_ms: Type.Optional(timeouts.idle_ms),
      },
      { ...closed, description: 'What is absent stays as it is, or as is usual.' },
    ),
  ),
  ...limitsWanted,
}

const tag = 'relay'
const guard = { tag, auth: 'session', permission: 'relay:admin' } as const
const channel = Type.Object({ id: id('The channel.') }, closed)

export const createChannel = contract({
  method: 'POST',
  path: '/api/channel/',
  summary: 'Add a channel to a provider',
  ...guard,
  body: Type.Object({ name: channelName, type: ChannelType, models: ModelPatterns, ...wanted }, closed),
  status: 200,
  response: answer(RelayChannel),
})

export const listChannels = contract({
  method: 'GET',
  path: '/api/channels',
  summary: 'Channels, with how each does',
  ...guard,
  query: Type.Object(
    {
      ...paging(['-priority', 'name', '-name', 'created_at', '-created_at']),
      query: namePart,
      status: Type.Optional(Switch),
    },
    closed,
  ),
  status: 200,
  response: answer(
    Type.Object({ channels: Type.Array(RelayChannel, { description: 'The channels of this page.' }), total }),
  ),
})

export const getChannel = contract({
  method: 'GET',
  path: '/api/channel/:id',
  summary: 'A channel, with how it does',
  ...guard,
  params: channel,
  query: Type.Object({}, closed),
  status: 200,
  response: answer(RelayChannel),
})

export const updateChannel = contract({
  method: 'PUT',
  path: '/api/channel/:id',
  summary: 'Change what is named of a channel; its key stays unless one is given',
  ...guard,
  params: channel,
  body: Type.Object(
    {
      name: Type.Optional(channelName),
      type: Type.Optional(ChannelType),
      models: Type.Optional(ModelPatterns),
      ...wanted,
    },
    { ...closed, minProperties: 1 },
  ),
  status: 200,
  response: answer(RelayChannel),
})

export const deleteChannel = contract({
  method: 'DELETE',
  path: '/api/channel/:id',
  summary: 'Delete a channel and its key; the log stays',
  ...guard,
  params: channel,
  query: Type.Object({}, closed),
  status: 200,
  response: Done,
})

/** What came of trying a channel out. */
export const ChannelTest = Type.Object({
  ok: Type.Boolean({ description: 'Whether it answered as it should.' }),
  reason: Type.String({ description: 'What is wrong, as a stable word; `ok` if nothing is.' }),
  message: Type.String({ description: 'The same for a person, and what to do about it.' }),
  status: nullable(Type.Integer({ description: 'HTTP status of the provider; null where no answer came.' })),
  duration_ms: count('How long it took, in milliseconds.'),
  model: Type.String({ description: 'The model that was asked, as the channel calls it.' }),
})
export type ChannelTest = Static<typeof ChannelTest>

export const testChannel = contract({
  method: 'GET',
  path: '/api/channel/:id/test',
  summary: 'Try a channel out with a tiny call, and explain what is wrong',
  ...guard,
  params: channel,
  query: Type.Object({ model: Type.Optional(ModelName) }, closed),
  status: 200,
  response: answer(ChannelTest),
})
