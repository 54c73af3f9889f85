import type { RelayPrice } from '@parley/protocol/relay-models'
import { parseCount, readOptional } from './limits.ts'
import { microsInput, parseMicros } from './money.ts'

/** What is priced, in the order it is asked for; the first two are what most models have. */
export const rateNames = [
  'input',
  'output',
  'cached',
  'cache_creation',
  'thinking',
  'audio_input',
  'audio_output',
  'image_input',
  'image_output',
  'per_image',
  'per_request',
  'per_search',
] as const
export type RateName = (typeof rateNames)[number]

/** Rates as they stand in their fields; empty for none. */
export type RatesDraft = Record<RateName, string>

export interface TierDraft {
  /** Tells tiers apart while they are added and removed. */
  key: number
  inputTokensFrom: string
  serviceTier: string
  rates: RatesDraft
}

/** A price as it stands in its form. */
export interface PriceDraft {
  rates: RatesDraft
  tiers: readonly TierDraft[]
}

type Rates = Partial<Record<RateName, number>>

const ratesDraftOf = (rates: Rates): RatesDraft => ({
  input: microsInput(rates.input),
  output: microsInput(rates.output),
  cached: microsInput(rates.cached),
  cache_creation: microsInput(rates.cache_creation),
  thinking: microsInput(rates.thinking),
  audio_input: microsInput(rates.audio_input),
  audio_output: microsInput(rates.audio_output),
  image_input: microsInput(rates.image_input),
  image_output: microsInput(rates.image_output),
  per_image: microsInput(rates.per_image),
  per_request: microsInput(rates.per_request),
  per_search: microsInput(rates.per_search),
})

export const newTier = (key: number): TierDraft => ({
  key,
  inputTokensFrom: '',
  serviceTier: '',
  rates: ratesDraftOf({}),
})

export const priceDraftOf = (price: RelayPrice | null): PriceDraft => ({
  rates: ratesDraftOf(price ?? {}),
  tiers: (price?.tiers ?? []).map(({ input_tokens_from: from, service_tier: tier = '', ...rates }, key) => ({
    key,
    inputTokensFrom: from === undefined ? '' : String(from),
    serviceTier: tier,
    rates: ratesDraftOf(rates),
  })),
})

/** Only the rates that were named; null where one cannot be read. */
function readRates(draft: RatesDraft): Rates | null {
  const rates: Rates = {}
  for (const name of rateNames) {
    const rate = readOptional(draft[name], parseMicros)
    if (rate === undefined) return null
    if (rate !== null) rates[name] = rate
  }
  return rates
}

const isServiceTier = (text: string) => /^[\w.-]{0,32}$/.test(text)

/** Whether a tier says when it holds. */
export const hasCondition = ({ inputTokensFrom, serviceTier }: TierDraft) =>
  inputTokensFrom.trim() !== '' || serviceTier.trim() !== ''

function readTier(draft: TierDraft): NonNullable<RelayPrice['tiers']>[number] | null {
  const from = readOptional(draft.inputTokensFrom, parseCount)
  const tier = draft.serviceTier.trim()
  const rates = readRates(draft.rates)
  if (from === undefined || rates === null || !isServiceTier(tier) || !hasCondition(draft)) return null
  return { ...(from !== null && { input_tokens_from: from }), ...(tier !== '' && { service_tier: tier }), ...rates }
}

/** The price of a draft; null while something in it cannot be read. */
export function readPrice({ rates: typed, tiers: drafts }: PriceDraft): RelayPrice | null {
  const rates = readRates(typed)
  if (rates === null) return null
  const tiers: NonNullable<RelayPrice['tiers']> = []
  for (const draft of drafts) {
    const tier = readTier(draft)
    if (tier === null) return null
    tiers.push(tier)
  }
  return { ...rates, ...(tiers.length > 0 && { tiers }) }
}
