import type { RelayPrice } from '@parley/protocol/relay-models'
import type { PriceRates, PriceTable } from '../tables.ts'

type WireRates = Omit<RelayPrice, 'tiers'>

/** Rates as they are told, by what they are called inside. */
const wireNames: Record<keyof PriceRates, keyof WireRates> = {
  input: 'input',
  output: 'output',
  cached: 'cached',
  cacheCreation: 'cache_creation',
  audioInput: 'audio_input',
  audioOutput: 'audio_output',
  imageInput: 'image_input',
  imageOutput: 'image_output',
  thinking: 'thinking',
  perImage: 'per_image',
  perRequest: 'per_request',
  perSearch: 'per_search',
}

const isRate = (name: string): name is keyof PriceRates => Object.hasOwn(wireNames, name)
const rateNames = Object.keys(wireNames).filter(isRate)

function storedRates(wanted: WireRates): PriceRates {
  const rates: PriceRates = {}
  for (const name of rateNames) {
    const rate = wanted[wireNames[name]]
    if (rate !== undefined) rates[name] = rate
  }
  return rates
}

function shownRates(stored: PriceRates): WireRates {
  const rates: WireRates = {}
  for (const name of rateNames) {
    const rate = stored[name]
    if (rate !== undefined) rates[wireNames[name]] = rate
  }
  return rates
}

/** A price as it is kept. */
export function storedPrice({ tiers, ...rates }: RelayPrice): PriceTable {
  const storedTiers = tiers?.map(({ input_tokens_from, service_tier, ...tier }) => ({
    ...(input_tokens_from !== undefined && { inputTokensFrom: input_tokens_from }),
    ...(service_tier !== undefined && { serviceTier: service_tier }),
    ...storedRates(tier),
  }))
  return { ...storedRates(rates), ...(storedTiers && { tiers: storedTiers }) }
}

/** A price as it is told. */
export function shownPrice({ tiers, ...rates }: PriceTable): RelayPrice {
  const shownTiers = tiers?.map(({ inputTokensFrom, serviceTier, ...tier }) => ({
    ...(inputTokensFrom !== undefined && { input_tokens_from: inputTokensFrom }),
    ...(serviceTier !== undefined && { service_tier: serviceTier }),
    ...shownRates(tier),
  }))
  return { ...shownRates(rates), ...(shownTiers && { tiers: shownTiers }) }
}
