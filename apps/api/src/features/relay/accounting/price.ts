import type { PriceRates, PriceTable } from '../tables.ts'
import type { Usage } from '../usage.ts'

/** Rates are for so many tokens. */
const tokensPerRate = 1_000_000n

/** A number of tokens and what a million of them cost. */
type Item = [count: number, rate: number]

/** Micro-units of tokens and pieces together: rounded up, once. Exact, since it counts in millionths of micro-units. */
function microsOf(tokens: Item[], pieces: Item[]): number {
  let sum = tokensPerRate - 1n
  for (const [count, rate] of tokens) sum += BigInt(count) * BigInt(rate)
  for (const [count, rate] of pieces) sum += BigInt(count) * BigInt(rate) * tokensPerRate
  const micros = sum / tokensPerRate
  return micros > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(micros)
}

/** Splits a whole into its parts and the rest. A part gets no more than is left: some upstreams count one token twice. */
function split(whole: number, parts: Item[], restRate: number): Item[] {
  let rest = whole
  const items = parts.map(([count, rate]): Item => {
    const taken = Math.min(count, rest)
    rest -= taken
    return [taken, rate]
  })
  return [...items, [rest, restRate]]
}

/** The rates of a call: those of the first tier whose conditions all hold, over the general ones. */
function ratesFor({ tiers = [], ...general }: PriceTable, inputTokens: number, serviceTier: string | null): PriceRates {
  const tier = tiers.find(
    (each) =>
      inputTokens >= (each.inputTokensFrom ?? 0) &&
      (each.serviceTier === undefined || each.serviceTier === serviceTier),
  )
  return { ...general, ...tier }
}

/** What a call cost, in micro-units: each kind of token at its own rate, or at that of the kind it is part of. */
export function costOf(price: PriceTable | null, usage: Usage, serviceTier: string | null): number {
  if (!price) return 0
  const rates = ratesFor(price, usage.inputTokens, serviceTier)
  const { input = 0, output = 0 } = rates
  const inputItems = split(
    usage.inputTokens,
    [
      [usage.cachedTokens, rates.cached ?? input],
      [usage.cacheCreationTokens, rates.cacheCreation ?? input],
      [usage.audioInputTokens, rates.audioInput ?? input],
      [usage.imageInputTokens, rates.imageInput ?? input],
    ],
    input,
  )
  const outputItems = split(
    usage.outputTokens,
    [
      [usage.thinkingTokens, rates.thinking ?? output],
      [usage.audioOutputTokens, rates.audioOutput ?? output],
      [usage.imageOutputTokens, rates.imageOutput ?? output],
    ],
    output,
  )
  return microsOf(
    [...inputItems, ...outputItems],
    [
      [usage.images, rates.perImage ?? 0],
      [1, rates.perRequest ?? 0],
      [usage.searches, rates.perSearch ?? 0],
    ],
  )
}

/** What is known of a call before it is made. */
interface Expected {
  inputTokens: number
  outputTokensMax: number
  /** Pictures asked for. */
  images?: number
}

/** What to set aside for a call. */
export interface Estimate {
  amountMicros: number
  /** Of the amount: the prompt, and what is charged for any call. */
  inputMicros: number
}

/** What a call can cost, at the dearest tier that its length allows: which service tier answers is known only afterwards. */
export function estimateOf(price: PriceTable | null, expected: Expected): Estimate {
  const worst: Estimate = { amountMicros: 0, inputMicros: 0 }
  if (!price) return worst
  const { tiers = [], ...general } = price
  const { inputTokens, outputTokensMax, images = 0 } = expected
  const possible = tiers.filter(({ inputTokensFrom = 0 }) => inputTokens >= inputTokensFrom)
  for (const rates of [general, ...possible.map((tier) => ({ ...general, ...tier }))]) {
    const { input = 0, output = 0 } = rates
    const inputItem: Item = [inputTokens, Math.max(input, rates.cacheCreation ?? 0)]
    const outputItem: Item = [outputTokensMax, Math.max(output, rates.thinking ?? 0)]
    const requestItem: Item = [1, rates.perRequest ?? 0]
    const amountMicros = microsOf([inputItem, outputItem], [requestItem, [images, rates.perImage ?? 0]])
    if (amountMicros < worst.amountMicros) continue
    worst.amountMicros = amountMicros
    worst.inputMicros = microsOf([inputItem], [requestItem])
  }
  return worst
}
