import { Type, type Static, type TSchema } from 'typebox'
import { WireError } from './errors.ts'
import { closed, nullable } from './scalars.ts'

/*
 * The admin surface of the relay, in the envelope and the names (snake_case) that existing consoles of model proxies speak.
 * Money is in integer micro-units of the installation's currency, times are epoch milliseconds. What `/v1` speaks is OpenAI's
 * and Anthropic's own and is not written down again.
 */

/** The body of every success. */
export const answer = <T extends TSchema>(data: T) =>
  Type.Object({ success: Type.Literal(true, { description: 'It was done.' }), data })

/** The body of a success that has nothing to tell. */
export const Done = Type.Object({ success: Type.Literal(true, { description: 'It was done.' }) })

/** The body of every refusal: what existing consoles show, and what Parley's own clients read. */
export const RelayErrorEnvelope = Type.Object({
  success: Type.Literal(false, { description: 'It was refused.' }),
  message: Type.String({ description: 'A sentence for a person; the same as in `error`.' }),
  error: WireError,
})
export type RelayErrorEnvelope = Static<typeof RelayErrorEnvelope>

/** The beginning of the year 3000: databases hold no time much later. */
const epochMsMax = 32_503_680_000_000

/** A point in time. */
export const epochMs = (description: string) =>
  Type.Integer({ minimum: 0, maximum: epochMsMax, description, examples: [1_777_886_400_000] })

/** An amount of money. */
export const micros = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: `${description} In micro-units.` })

export const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Which page of a list; `orders` are what it may be sorted by. */
export const paging = <const Orders extends string[]>(orders: [...Orders]) => ({
  page: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'Which page, from 1, which it is without.' }),
  ),
  per_page: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Rows a page; 20 without it, 100 at most.' }),
  ),
  order: Type.Optional(
    Type.Enum(orders, { description: 'By what; `-` before it turns it round. The first is the usual one.' }),
  ),
})

/** Part of a name that is looked for. */
export const namePart = Type.Optional(Type.String({ maxLength: 80, description: 'Part of the name.' }))

export const total = count('Rows on all pages together.')

/** What a group is called by: it stands in addresses. */
export const GroupId = Type.String({
  pattern: '^[\\w.-]{1,64}$',
  description: 'The group, by the name it was made with.',
  examples: ['ns-admin'],
})

/** Most characters of the name of a model. */
export const modelLengthMax = 100

/** What clients call a model by. */
export const ModelName = Type.String({
  minLength: 1,
  maxLength: modelLengthMax,
  pattern: '\\S',
  description: 'What clients call the model.',
  examples: ['gpt-4.1-mini'],
})

/** Models by their names, where `*` stands for anything. */
export const ModelPatterns = Type.Array(ModelName, {
  maxItems: 500,
  description: 'Models by name; `*` stands for any characters, such as `gpt-*`.',
})

export const Switch = Type.Enum(['enabled', 'disabled'], { description: '`disabled`: it stays, and is not used.' })
export type Switch = Static<typeof Switch>

const intMax = 2_147_483_647

/** How fast something may be used; null for no limit. */
export const limits = {
  rpm: nullable(Type.Integer({ minimum: 1, maximum: intMax, description: 'Calls a minute.' })),
  tpm: nullable(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Tokens a minute.' })),
  concurrency: nullable(Type.Integer({ minimum: 1, maximum: intMax, description: 'Calls at once.' })),
}

/** The same where it may be left out, and stays as it is. */
export const limitsWanted = {
  rpm: Type.Optional(limits.rpm),
  tpm: Type.Optional(limits.tpm),
  concurrency: Type.Optional(limits.concurrency),
}

const periods = {
  total: nullable(micros('Ever.')),
  day: nullable(micros('A day, in UTC.')),
  week: nullable(micros('A week, from Monday, in UTC.')),
  month: nullable(micros('A month, in UTC.')),
}

/** What may be spent; null for no limit. */
export const Quota = Type.Object(periods)
export type Quota = Static<typeof Quota>

/** A quota as it is given: a number is the total; of an object, what is absent is not limited; null for no limit at all. */
export const QuotaWanted = Type.Union(
  [
    micros('In total.'),
    Type.Object(
      {
        total: Type.Optional(periods.total),
        day: Type.Optional(periods.day),
        week: Type.Optional(periods.week),
        month: Type.Optional(periods.month),
      },
      closed,
    ),
    Type.Null(),
  ],
  { description: 'A number is the total. Replaces the whole quota: what an object leaves out is not limited.' },
)
export type QuotaWanted = Static<typeof QuotaWanted>

/** What was spent. */
export const Used = Type.Object({
  total: micros('Ever.'),
  day: micros('Today, in UTC.'),
  week: micros('This week.'),
  month: micros('This month.'),
  reserved: micros('Set aside for calls under way.'),
})
export type Used = Static<typeof Used>
