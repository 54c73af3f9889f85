import { expect, it } from 'vitest'
import { newTier, priceDraftOf, readPrice } from './price-draft.ts'

const price = {
  input: 2_500_000,
  output: 10_000_000,
  cached: 1_250_000,
  per_request: 1,
  tiers: [
    { input_tokens_from: 200_000, input: 5_000_000 },
    { service_tier: 'priority', output: 20_000_000 },
  ],
}

it('a price that is looked at and saved is the same', () => {
  expect(readPrice(priceDraftOf(price))).toEqual(price)
  expect(readPrice(priceDraftOf(null))).toEqual({})
})

it('a tier must say when it holds', () => {
  const draft = priceDraftOf(price)
  expect(readPrice({ ...draft, tiers: [newTier(9)] })).toBeNull()
  expect(readPrice({ ...draft, tiers: [{ ...newTier(9), serviceTier: 'flex' }] })?.tiers).toEqual([
    { service_tier: 'flex' },
  ])
})

it('what is no amount is no price', () => {
  const draft = priceDraftOf(price)
  expect(readPrice({ ...draft, rates: { ...draft.rates, input: '2,5' } })).toBeNull()
})
