import { describe, expect, test } from 'vitest'
import type { PriceTable } from '../tables.ts'
import { noUsage, type Usage } from '../usage.ts'
import { costOf, estimateOf } from './price.ts'

const flat: PriceTable = { input: 3_000_000, output: 15_000_000 }
const detailed: PriceTable = {
  ...flat,
  cached: 300_000,
  cacheCreation: 3_750_000,
  audioInput: 10_000_000,
  imageInput: 5_000_000,
  thinking: 20_000_000,
  audioOutput: 30_000_000,
  imageOutput: 40_000_000,
}
const tiered: PriceTable = {
  ...flat,
  cached: 300_000,
  tiers: [
    { serviceTier: 'flex', inputTokensFrom: 200_000, input: 2_000_000 },
    { serviceTier: 'flex', input: 1_500_000, output: 7_500_000 },
    { inputTokensFrom: 200_000, input: 6_000_000, output: 22_500_000 },
  ],
}

describe('the cost of a call', () => {
  test.each<{ what: string; price: PriceTable | null; usage: Partial<Usage>; tier?: string; cost: number }>([
    { what: 'nothing without a price', price: null, usage: { inputTokens: 1_000 }, cost: 0 },
    { what: 'nothing without rates', price: {}, usage: { inputTokens: 1_000, outputTokens: 9, images: 2 }, cost: 0 },
    { what: 'nothing for nothing', price: detailed, usage: {}, cost: 0 },
    { what: 'input and output', price: flat, usage: { inputTokens: 1_000, outputTokens: 100 }, cost: 4_500 },
    { what: 'a part of a micro-unit rounded up', price: { input: 1 }, usage: { inputTokens: 1 }, cost: 1 },
    {
      what: 'rounded up once, not for each kind',
      price: { input: 400_000, output: 600_000 },
      usage: { inputTokens: 1, outputTokens: 1 },
      cost: 1,
    },
    { what: 'a whole amount not rounded', price: { input: 1_000_000 }, usage: { inputTokens: 7 }, cost: 7 },
    {
      what: 'each kind of input at its own rate',
      price: detailed,
      usage: {
        inputTokens: 1_000,
        cachedTokens: 400,
        cacheCreationTokens: 300,
        audioInputTokens: 200,
        imageInputTokens: 50,
      },
      cost: 120 + 1_125 + 2_000 + 250 + 150,
    },
    {
      what: 'each kind of output at its own rate',
      price: detailed,
      usage: { outputTokens: 1_000, thinkingTokens: 500, audioOutputTokens: 300, imageOutputTokens: 100 },
      cost: 10_000 + 9_000 + 4_000 + 1_500,
    },
    {
      what: 'kinds without a rate at that of the whole',
      price: flat,
      usage: {
        inputTokens: 1_000,
        cachedTokens: 400,
        cacheCreationTokens: 100,
        audioInputTokens: 100,
        imageInputTokens: 100,
        outputTokens: 100,
        thinkingTokens: 50,
        audioOutputTokens: 25,
        imageOutputTokens: 25,
      },
      cost: 4_500,
    },
    { what: 'a free kind', price: { ...flat, cached: 0 }, usage: { inputTokens: 1_000, cachedTokens: 1_000 }, cost: 0 },
    {
      what: 'no more of a part than there is of the whole',
      price: detailed,
      usage: { inputTokens: 100, cachedTokens: 500, audioInputTokens: 500 },
      cost: 30,
    },
    {
      what: 'tokens counted as two kinds only once',
      price: detailed,
      usage: { outputTokens: 100, thinkingTokens: 80, audioOutputTokens: 80 },
      cost: 1_600 + 600,
    },
    {
      what: 'pictures, calls and searches by the piece',
      price: { perImage: 40_000, perRequest: 5_000, perSearch: 10_000 },
      usage: { images: 3, searches: 2 },
      cost: 120_000 + 5_000 + 20_000,
    },
    { what: 'the general rates below a tier', price: tiered, usage: { inputTokens: 199_999 }, cost: 599_997 },
    {
      what: 'a tier from its length on, for the whole call',
      price: tiered,
      usage: { inputTokens: 200_000, outputTokens: 1_000 },
      cost: 1_200_000 + 22_500,
    },
    {
      what: 'rates that a tier does not name as in general',
      price: tiered,
      usage: { inputTokens: 200_000, cachedTokens: 200_000 },
      cost: 60_000,
    },
    {
      what: 'a service tier',
      price: tiered,
      tier: 'flex',
      usage: { inputTokens: 1_000, outputTokens: 100 },
      cost: 1_500 + 750,
    },
    {
      what: 'the first tier whose conditions all hold, and no other',
      price: tiered,
      tier: 'flex',
      usage: { inputTokens: 200_000, outputTokens: 1_000 },
      cost: 400_000 + 15_000,
    },
    {
      what: 'an unknown service tier as in general',
      price: tiered,
      tier: 'priority',
      usage: { inputTokens: 10 },
      cost: 30,
    },
    {
      what: 'exactly, past what a float holds',
      price: { input: 999_999_999_999, output: 1 },
      usage: { inputTokens: 9_007_199_254, outputTokens: 1 },
      cost: 9_007_199_253_990_993,
    },
    {
      what: 'never more than a number holds',
      price: { input: 1e15 },
      usage: { inputTokens: 1e15 },
      cost: Number.MAX_SAFE_INTEGER,
    },
  ])('is $what', ({ price, usage, tier = null, cost }) => {
    expect(costOf(price, { ...noUsage, ...usage }, tier)).toBe(cost)
  })
})

describe('an estimate', () => {
  test.each([
    { what: 'nothing without a price', price: null, amountMicros: 0, inputMicros: 0 },
    { what: 'prompt and the most output', price: flat, amountMicros: 4_500, inputMicros: 3_000 },
    {
      what: 'the dearest service tier',
      price: { ...flat, tiers: [{ serviceTier: 'priority', input: 6_000_000 }] },
      amountMicros: 7_500,
      inputMicros: 6_000,
    },
    { what: 'no tier of a longer prompt', price: tiered, amountMicros: 4_500, inputMicros: 3_000 },
    { what: 'thinking and writing to the cache', price: detailed, amountMicros: 3_750 + 2_000, inputMicros: 3_750 },
    {
      what: 'the call and the pictures asked for',
      price: { perRequest: 5, perImage: 100 },
      amountMicros: 205,
      inputMicros: 5,
    },
  ])('covers $what', ({ price, amountMicros, inputMicros }) => {
    const expected = { inputTokens: 1_000, outputTokensMax: 100, images: 2 }
    expect(estimateOf(price, expected)).toEqual({ amountMicros, inputMicros })
  })
})
