import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { answer, count, epochMs, GroupId, micros, modelLengthMax, paging } from './relay-fields.ts'
import { closed, id, nullable } from './scalars.ts'

const milliseconds = (description: string) =>
  Type.Number({ minimum: 0, description: `${description} In milliseconds.` })

/** A call, as the log keeps it: one line and one bill each. */
export const RelayLog = Type.Object({
  id: id('The line; later ones are higher.'),
  request_id: Type.String({ description: 'The `x-request-id` of the answer.' }),
  group: Type.String({ description: 'The group, as it was called then.' }),
  token_id: id('The token.'),
  token_name: Type.String({ description: 'The token, as it was called then.' }),
  channel_id: nullable(id('The channel that answered; null where none was reached.')),
  channel_name: nullable(Type.String({ description: 'The channel, as it was called then.' })),
  endpoint: Type.String({ description: 'What was called, such as `chat`.' }),
  model: Type.String({ description: 'The model that was asked for.' }),
  upstream_model: nullable(Type.String({ description: 'What the channel calls it.' })),
  stream: Type.Boolean({ description: 'Whether the answer was a stream.' }),
  status: Type.Integer({ description: 'HTTP status as the client saw it; 499 for one that left.' }),
  error_code: nullable(Type.String({ description: 'Why it failed; null if it did not.' })),
  cached: Type.Boolean({ description: 'Answered from what an equal request was answered before.' }),
  input_tokens: count('Tokens that went in.'),
  cached_tokens: count("Of them, those read from the provider's cache."),
  output_tokens: count('Tokens that came out.'),
  cost: micros('What it cost.'),
  first_token_ms: nullable(milliseconds('Until the first content.')),
  duration_ms: milliseconds('How long it took.'),
  created_at: epochMs('When it came.'),
})
export type RelayLog = Static<typeof RelayLog>

/** What narrows the log down, the group aside. */
const filters = {
  from: Type.Optional(epochMs('Only from then on.')),
  to: Type.Optional(epochMs('Only before then.')),
  token_id: Type.Optional(id('Only calls of this token.')),
  channel_id: Type.Optional(id('Only calls this channel answered.')),
  model: Type.Optional(Type.String({ maxLength: modelLengthMax, description: 'Only calls of this model.' })),
  endpoint: Type.Optional(Type.String({ pattern: '^[\\w./-]{1,32}$', description: 'Only calls of this endpoint.' })),
  outcome: Type.Optional(
    Type.Enum(['success', 'error'], { description: 'Only calls that went well, or only those that failed.' }),
  ),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'Only calls of this HTTP status.' })),
  request_id: Type.Optional(
    Type.String({ pattern: '^[\\w.-]{1,64}$', description: 'Only the call of this request id.' }),
  ),
}

const order = paging(['-created_at', 'created_at'])

/** What counting stops at: a log of millions is not counted through for each page. */
const LogList = answer(
  Type.Object({
    logs: Type.Array(RelayLog, { description: 'The lines of this page.' }),
    total: Type.Integer({ minimum: 0, description: 'Lines on all pages together, counted up to 100,000.' }),
  }),
)

const tag = 'relay'
const guard = { tag, auth: 'session', permission: 'relay:read' } as const
const group = Type.Object({ group: GroupId }, closed)

export const listLogs = contract({
  method: 'GET',
  path: '/api/logs',
  summary: 'The log of calls, the latest first; members see the calls of their own tokens',
  ...guard,
  query: Type.Object({ ...filters, group: Type.Optional(GroupId), ...order }, closed),
  status: 200,
  response: LogList,
})

export const listGroupLogs = contract({
  method: 'GET',
  path: '/api/log/:group',
  summary: 'The log of calls of a group, the latest first; members see the calls of their own tokens',
  ...guard,
  params: group,
  query: Type.Object({ ...filters, ...order }, closed),
  status: 200,
  response: LogList,
})

export const exportLogs = contract({
  method: 'GET',
  path: '/api/logs/export',
  summary: 'The log of calls as a table in CSV, the earliest first',
  ...guard,
  query: Type.Object({ ...filters, group: Type.Optional(GroupId) }, closed),
  status: 200,
  produces: 'text/csv',
})

/** An attempt that failed before another one answered. */
export const RelayAttempt = Type.Object({
  number: Type.Integer({ minimum: 0, description: 'Which attempt it was.' }),
  channel_id: id('The channel.'),
  channel_name: Type.String({ description: 'The channel, as it was called then.' }),
  status: nullable(Type.Integer({ description: 'HTTP status of the provider; null where no answer came.' })),
  error_code: Type.String({ description: 'Why it failed.' }),
  upstream_request_id: nullable(Type.String({ description: "The provider's own name for it." })),
  duration_ms: milliseconds('How long it took.'),
  created_at: epochMs('When it began.'),
})
export type RelayAttempt = Static<typeof RelayAttempt>

/** A call with all that is known of it. */
export const RelayLogDetail = Type.Object({
  ...RelayLog.properties,
  error_message: nullable(Type.String({ description: 'What the client was told of the failure.' })),
  upstream_request_id: nullable(Type.String({ description: "The provider's own name for the call." })),
  address: Type.String({ description: 'Network address it came from.' }),
  cache_creation_tokens: count("Of the input: written to the provider's cache."),
  audio_input_tokens: count('Of the input: sound.'),
  image_input_tokens: count('Of the input: pictures.'),
  thinking_tokens: count('Of the output: spent on thinking.'),
  audio_output_tokens: count('Of the output: sound.'),
  image_output_tokens: count('Of the output: pictures.'),
  images: count('Pictures made.'),
  searches: count('Searches of the web made.'),
  service_tier: nullable(Type.String({ description: "The provider's service tier it was billed by." })),
  price_id: nullable(id('The price it was billed at; null where the model had none.')),
  attempts: Type.Array(RelayAttempt, { description: 'Attempts that failed before, which cost nothing.' }),
  prompt: nullable(
    Type.Object(
      {
        request: Type.String({ description: 'What was asked, redacted and perhaps cut short.' }),
        answer: Type.String({ description: 'What was answered, redacted and perhaps cut short.' }),
        expires_at: epochMs('When it is thrown away.'),
      },
      { description: 'What was said, where the workspace keeps that.' },
    ),
  ),
})
export type RelayLogDetail = Static<typeof RelayLogDetail>

export const getLog = contract({
  method: 'GET',
  path: '/api/logs/:id',
  summary: 'A call with all that is known of it: tokens by kind, failed attempts, and what was said where that is kept',
  ...guard,
  params: Type.Object({ id: id('The line of the log.') }, closed),
  query: Type.Object({}, closed),
  status: 200,
  response: answer(RelayLogDetail),
})

const sums = {
  requests: count('Calls.'),
  errors: count('Of them, those that failed.'),
  input_tokens: count('Tokens that went in.'),
  cached_tokens: count("Of them, those read from the providers' caches."),
  output_tokens: count('Tokens that came out.'),
  cost: micros('What they cost.'),
  first_token_ms: nullable(milliseconds('Until the first content, on average; null where there was none.')),
  duration_ms: nullable(milliseconds('How long a call took, on average; null without calls.')),
}

/** Sums of calls. */
export const UsageSums = Type.Object(sums)
export type UsageSums = Static<typeof UsageSums>

/** Sums of the calls of one hour or day. */
export const UsagePoint = Type.Object({ at: epochMs('When the hour or the day, in UTC, began.'), ...sums })
export type UsagePoint = Static<typeof UsagePoint>

/** Sums of the calls of one model, token, channel or group. */
export const UsageShare = Type.Object({
  id: nullable(
    Type.String({ description: 'Which one; null for a model, which is its name, and for calls no channel got.' }),
  ),
  name: Type.String({
    description:
      'What it is called, or was while it existed; empty for a channel that is gone and for calls no channel got.',
  }),
  ...sums,
})
export type UsageShare = Static<typeof UsageShare>

const shares = (description: string) =>
  Type.Array(UsageShare, { description: `${description}, what cost most first; 50 at most.` })

/** What was used, summed up for charts. */
export const RelayDashboard = Type.Object({
  from: epochMs('Where the first hour or day begins.'),
  to: epochMs('Where the last one ends.'),
  step: Type.Enum(['hour', 'day'], { description: 'What each point of the series sums up.' }),
  totals: UsageSums,
  series: Type.Array(UsagePoint, { description: 'Every hour or day in order, those without calls included.' }),
  by_model: shares('By model'),
  by_token: shares('By token'),
  by_channel: shares('By channel'),
  by_group: shares('By group'),
})
export type RelayDashboard = Static<typeof RelayDashboard>

const window = {
  from: Type.Optional(epochMs('From the hour or day of then on; without it 24 hours or 30 days back.')),
  to: Type.Optional(epochMs('Before then, filled up to a whole hour or day; now without it.')),
  step: Type.Optional(
    Type.Enum(['hour', 'day'], { description: 'What each point sums up; an hour without it. 1,000 points at most.' }),
  ),
}

export const getDashboard = contract({
  method: 'GET',
  path: '/api/dashboard',
  summary: 'What was used, summed up for charts; members see what their own tokens used',
  ...guard,
  query: Type.Object(window, closed),
  status: 200,
  response: answer(RelayDashboard),
})

export const getGroupDashboard = contract({
  method: 'GET',
  path: '/api/dashboard/:group',
  summary: 'What a group used, summed up for charts; members see what their own tokens used',
  ...guard,
  params: group,
  query: Type.Object(window, closed),
  status: 200,
  response: answer(RelayDashboard),
})
