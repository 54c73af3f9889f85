import {
  bigint,
  boolean,
  datetime,
  index,
  int,
  mysqlTable,
  primaryKey,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core'
import { asciiKey, autoId, caseless, id, json } from '../../platform/columns.ts'
import { users } from '../identity/tables.ts'
import { workspaces } from '../workspaces/tables.ts'

const at = (name: string) => datetime(name, { mode: 'date', fsp: 3 })
/** Integer micro-units of the installation's currency. */
const micros = (name: string) => bigint(name, { mode: 'number' })
const count = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0)
const workspaceId = () =>
  id('workspace_id')
    .notNull()
    .references(() => workspaces.id)

/** Limits of how fast a token, a group or a channel may be used; null for none. */
const rates = { rpm: int('rpm'), tpm: bigint('tpm', { mode: 'number' }), concurrency: int('concurrency') }

/** A team, a program or whatever else is billed and limited together: it holds tokens. */
export const relayGroups = mysqlTable(
  'relay_groups',
  {
    id: autoId('id').primaryKey(),
    workspaceId: workspaceId(),
    /** What programs call it by. */
    name: caseless('name', { length: 64 }).notNull(),
    status: asciiKey('status', { length: 16 }).$type<'enabled' | 'disabled'>().notNull().default('enabled'),
    /** Members who may use the relay make tokens of their own in it. */
    selfService: boolean('self_service').notNull().default(false),
    /** Models its tokens may call, `*` as a wildcard; null for all. */
    models: json<string[] | null>('models').notNull(),
    ...rates,
    createdAt: at('created_at').notNull(),
  },
  (table) => [uniqueIndex('relay_groups_name').on(table.workspaceId, table.name)],
)

/** What a token adds to its calls. */
export interface TokenOptions {
  /** Seconds for which an equal request is answered from what was answered before; absent or 0 for never. */
  cacheTtlSeconds?: number
}

/** What a program or a person authenticates calls with. */
export const relayTokens = mysqlTable(
  'relay_tokens',
  {
    id: autoId('id').primaryKey(),
    workspaceId: workspaceId(),
    groupId: id('group_id')
      .notNull()
      .references(() => relayGroups.id),
    /** Who made it for themselves; null for a program's. */
    ownerId: id('owner_id').references(() => users.id),
    name: caseless('name', { length: 32 }).notNull(),
    /** HMAC-SHA256 of the key in hex. */
    keyHash: asciiKey('key_hash', { length: 64 }).notNull(),
    /** The first characters of the key, to be recognised by. */
    keyShown: asciiKey('key_shown', { length: 16 }).notNull(),
    /** The key before the last rotation, and until when it opens too. */
    previousKeyHash: asciiKey('previous_key_hash', { length: 64 }),
    previousKeyUntil: at('previous_key_until'),
    status: asciiKey('status', { length: 16 }).$type<'enabled' | 'disabled'>().notNull().default('enabled'),
    expiresAt: at('expires_at'),
    /** Models it may call, `*` as a wildcard; null for all its group may. */
    models: json<string[] | null>('models').notNull(),
    /** Networks in CIDR it may call from; null for everywhere. */
    subnets: json<string[] | null>('subnets').notNull(),
    ...rates,
    options: json<TokenOptions>('options').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('relay_tokens_name').on(table.groupId, table.name),
    uniqueIndex('relay_tokens_key').on(table.keyHash),
    index('relay_tokens_previous_key').on(table.previousKeyHash),
    index('relay_tokens_workspace').on(table.workspaceId, table.id),
  ],
)

/**
 * What a token, a group or a workspace may spend, has spent and has set aside. One row each, locked in order of `owner`.
 * A period's figure counts only while its number is that of now: days and weeks since 1970 and months since year 0, in UTC.
 */
export const relayBalances = mysqlTable('relay_balances', {
  /** `t`, `g` or `w` and the id. */
  owner: asciiKey('owner', { length: 24 }).primaryKey(),
  quotaMicros: micros('quota_micros'),
  quotaDayMicros: micros('quota_day_micros'),
  quotaWeekMicros: micros('quota_week_micros'),
  quotaMonthMicros: micros('quota_month_micros'),
  usedMicros: count('used_micros'),
  reservedMicros: count('reserved_micros'),
  day: int('day').notNull().default(0),
  usedDayMicros: count('used_day_micros'),
  week: int('week').notNull().default(0),
  usedWeekMicros: count('used_week_micros'),
  month: int('month').notNull().default(0),
  usedMonthMicros: count('used_month_micros'),
})

/** What a call under way has set aside. */
export const relayReservations = mysqlTable(
  'relay_reservations',
  {
    requestId: asciiKey('request_id', { length: 36 }).primaryKey(),
    /** The process that serves the call; one whose lease ran out never will settle it. */
    node: asciiKey('node', { length: 36 }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    groupId: id('group_id').notNull(),
    tokenId: id('token_id').notNull(),
    /** What the log row needs where nobody is left to tell. */
    groupName: caseless('group_name', { length: 64 }).notNull(),
    tokenName: caseless('token_name', { length: 32 }).notNull(),
    model: caseless('model', { length: 128 }).notNull(),
    endpoint: asciiKey('endpoint', { length: 32 }).notNull(),
    inputTokens: int('input_tokens').notNull(),
    amountMicros: micros('amount_micros').notNull(),
    /** The part of the amount that the counted prompt costs: what is billed if the process dies. */
    inputMicros: micros('input_micros').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('relay_reservations_node').on(table.node)],
)

/** Processes that serve calls, and when each last said that it lives. */
export const relayLeases = mysqlTable('relay_leases', {
  node: asciiKey('node', { length: 36 }).primaryKey(),
  seenAt: at('seen_at').notNull(),
})

/** One row for each call, and its only bill. */
export const relayLogs = mysqlTable(
  'relay_logs',
  {
    id: autoId('id').primaryKey(),
    requestId: asciiKey('request_id', { length: 36 }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    groupId: id('group_id').notNull(),
    tokenId: id('token_id').notNull(),
    /** Names as they were: the log outlives what it names. */
    groupName: caseless('group_name', { length: 64 }).notNull(),
    tokenName: caseless('token_name', { length: 32 }).notNull(),
    /** Null where no channel was reached. */
    channelId: id('channel_id'),
    channelName: caseless('channel_name', { length: 64 }),
    endpoint: asciiKey('endpoint', { length: 32 }).notNull(),
    model: caseless('model', { length: 128 }).notNull(),
    /** What the channel calls it. */
    upstreamModel: caseless('upstream_model', { length: 128 }),
    isStream: boolean('is_stream').notNull(),
    /** HTTP status as the client saw it; 499 for one that left. */
    status: int('status').notNull(),
    /** Why it failed; null for success. */
    errorCode: asciiKey('error_code', { length: 64 }),
    errorMessage: varchar('error_message', { length: 500 }),
    /** The upstream's own name for the call. */
    upstreamRequestId: varchar('upstream_request_id', { length: 128 }),
    /** Answered from what an equal request was answered before. */
    isCached: boolean('is_cached').notNull().default(false),
    address: asciiKey('address', { length: 45 }).notNull(),
    inputTokens: count('input_tokens'),
    cachedTokens: count('cached_tokens'),
    cacheCreationTokens: count('cache_creation_tokens'),
    audioInputTokens: count('audio_input_tokens'),
    imageInputTokens: count('image_input_tokens'),
    outputTokens: count('output_tokens'),
    thinkingTokens: count('thinking_tokens'),
    audioOutputTokens: count('audio_output_tokens'),
    imageOutputTokens: count('image_output_tokens'),
    images: count('images'),
    searches: count('searches'),
    serviceTier: asciiKey('service_tier', { length: 32 }),
    costMicros: count('cost_micros'),
    /** The price it was billed at; null where the model had none. */
    priceId: id('price_id'),
    /** From the call's arrival to its first content; null where there was none. */
    firstTokenMs: int('first_token_ms'),
    durationMs: int('duration_ms').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('relay_logs_request').on(table.requestId),
    index('relay_logs_workspace').on(table.workspaceId, table.id),
    index('relay_logs_group').on(table.groupId, table.id),
    index('relay_logs_token').on(table.tokenId, table.id),
  ],
)

/** Attempts of a call that failed before another one answered: they cost nothing. */
export const relayAttempts = mysqlTable(
  'relay_attempts',
  {
    requestId: asciiKey('request_id', { length: 36 }).notNull(),
    number: int('number').notNull(),
    channelId: id('channel_id').notNull(),
    channelName: caseless('channel_name', { length: 64 }).notNull(),
    /** Null where no answer came. */
    status: int('status'),
    errorCode: asciiKey('error_code', { length: 64 }).notNull(),
    upstreamRequestId: varchar('upstream_request_id', { length: 128 }),
    durationMs: int('duration_ms').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.requestId, table.number] })],
)

/** Sums of the log for charts, an hour, token, model and channel each; written with the log, so they add up. */
export const relayUsageHours = mysqlTable(
  'relay_usage_hours',
  {
    workspaceId: id('workspace_id').notNull(),
    /** When the hour began. */
    hour: datetime('hour', { mode: 'date' }).notNull(),
    groupId: id('group_id').notNull(),
    tokenId: id('token_id').notNull(),
    model: caseless('model', { length: 128 }).notNull(),
    /** 0 where no channel was reached. */
    channelId: id('channel_id').notNull(),
    requests: count('requests'),
    errors: count('errors'),
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    cachedTokens: count('cached_tokens'),
    costMicros: count('cost_micros'),
    /** Sum and number of the times to the first token, for their mean. */
    firstTokenMsSum: count('first_token_ms_sum'),
    firstTokens: count('first_tokens'),
    durationMsSum: count('duration_ms_sum'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.hour, table.tokenId, table.model, table.channelId] }),
    index('relay_usage_hours_group').on(table.groupId, table.hour),
  ],
)

/** How long a channel may take, in milliseconds. */
export interface ChannelTimeouts {
  connectMs: number
  headersMs: number
  firstTokenMs: number
  idleMs: number
}

export type ChannelType = 'openai' | 'anthropic' | 'gemini' | 'test'

/** An upstream and the key to it. */
export const relayChannels = mysqlTable(
  'relay_channels',
  {
    id: autoId('id').primaryKey(),
    workspaceId: workspaceId(),
    name: caseless('name', { length: 64 }).notNull(),
    type: asciiKey('type', { length: 16 }).$type<ChannelType>().notNull(),
    baseUrl: varchar('base_url', { length: 500 }).notNull(),
    /** Encrypted; opens in the context `relay channel <id>`. */
    keySealed: varchar('key_sealed', { length: 2_000 }).notNull(),
    models: json<string[]>('models').notNull(),
    /** What the channel calls a model, by what clients call it. */
    modelMapping: json<Record<string, string>>('model_mapping').notNull(),
    /** Channels of a higher priority are tried first. */
    priority: int('priority').notNull().default(0),
    /** Share of the calls among channels of one priority. */
    weight: int('weight').notNull().default(1),
    status: asciiKey('status', { length: 16 }).$type<'enabled' | 'disabled'>().notNull().default('enabled'),
    timeouts: json<ChannelTimeouts>('timeouts').notNull(),
    ...rates,
    createdAt: at('created_at').notNull(),
  },
  (table) => [uniqueIndex('relay_channels_name').on(table.workspaceId, table.name)],
)

/** What administrators say about a model. */
export const relayModels = mysqlTable(
  'relay_models',
  {
    workspaceId: workspaceId(),
    model: caseless('model', { length: 128 }).notNull(),
    /** Most output tokens a call may set aside; null for the default. */
    outputTokensMax: int('output_tokens_max'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.model] })],
)

/** What a token of each kind costs, in micro-units for a million, and what is counted by the piece. Absent: as the kind it is part of, or nothing. */
export interface PriceRates {
  input?: number
  output?: number
  cached?: number
  cacheCreation?: number
  audioInput?: number
  audioOutput?: number
  imageInput?: number
  imageOutput?: number
  thinking?: number
  /** Micro-units for each picture made. */
  perImage?: number
  /** Micro-units for each call. */
  perRequest?: number
  /** Micro-units for each search. */
  perSearch?: number
}

/** A price, with other rates for long prompts and for service tiers. */
export interface PriceTable extends PriceRates {
  /** The first whose conditions all hold replaces the rates it names. */
  tiers?: ({ inputTokensFrom?: number; serviceTier?: string } & PriceRates)[]
}

/** What a model costs from a time on; older rows stay, so that old logs keep their price. */
export const relayPrices = mysqlTable(
  'relay_prices',
  {
    id: autoId('id').primaryKey(),
    workspaceId: workspaceId(),
    model: caseless('model', { length: 128 }).notNull(),
    validFrom: at('valid_from').notNull(),
    price: json<PriceTable>('price').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('relay_prices_model').on(table.workspaceId, table.model, table.validFrom)],
)

/** What was asked and answered, redacted, where a workspace wants it kept; gone after its days. */
export const relayPromptLogs = mysqlTable(
  'relay_prompt_logs',
  {
    requestId: asciiKey('request_id', { length: 36 }).primaryKey(),
    workspaceId: id('workspace_id').notNull(),
    request: json<string>('request').notNull(),
    answer: json<string>('answer').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('relay_prompt_logs_expiry').on(table.expiresAt)],
)

/** Where a stored answer of the responses API is: with its channel, or here where the channel keeps none. */
export const relayResponses = mysqlTable(
  'relay_responses',
  {
    responseId: asciiKey('response_id', { length: 128 }).notNull(),
    workspaceId: id('workspace_id').notNull(),
    groupId: id('group_id').notNull(),
    tokenId: id('token_id').notNull(),
    channelId: id('channel_id').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [
    // Upstreams name their responses without regard to one another.
    primaryKey({ columns: [table.groupId, table.responseId] }),
    index('relay_responses_expiry').on(table.expiresAt),
  ],
)

/** Text that must not pass, and what is done about it. */
export const relayGuardrails = mysqlTable(
  'relay_guardrails',
  {
    id: autoId('id').primaryKey(),
    workspaceId: workspaceId(),
    /** Only for this group; null for the whole workspace. */
    groupId: id('group_id').references(() => relayGroups.id),
    name: caseless('name', { length: 64 }).notNull(),
    kind: asciiKey('kind', { length: 16 }).$type<'pattern' | 'keyword'>().notNull(),
    /** A regular expression, or words. */
    matches: json<string[]>('matches').notNull(),
    action: asciiKey('action', { length: 16 }).$type<'redact' | 'refuse'>().notNull(),
    direction: asciiKey('direction', { length: 16 }).$type<'input' | 'output' | 'both'>().notNull(),
    status: asciiKey('status', { length: 16 }).$type<'enabled' | 'disabled'>().notNull().default('enabled'),
    createdAt: at('created_at').notNull(),
  },
  (table) => [uniqueIndex('relay_guardrails_name').on(table.workspaceId, table.name)],
)

/** What a workspace wants of its relay. */
export const relaySettings = mysqlTable('relay_settings', {
  workspaceId: workspaceId().primaryKey(),
  /** Output tokens set aside for a call that names no limit, of a model without one. */
  outputTokensDefault: int('output_tokens_default').notNull().default(4_096),
  /** Days for which prompts and answers are kept; 0 for not at all. */
  promptLogDays: int('prompt_log_days').notNull().default(0),
  /** Who is told of budgets and bans. */
  alertWebhookUrl: varchar('alert_webhook_url', { length: 500 }),
  /** Encrypted key that signs what the webhook is sent; opens in the context `relay webhook <workspaceId>`. */
  alertWebhookSecretSealed: varchar('alert_webhook_secret_sealed', { length: 500 }),
  alertEmails: json<string[]>('alert_emails').notNull(),
})
