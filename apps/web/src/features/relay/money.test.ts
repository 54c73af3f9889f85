import { describe, expect, it } from 'vitest'
import { formatMicros, microsInput, parseMicros } from './money.ts'

describe('what is typed as an amount', () => {
  it.each([
    ['12', 12_000_000],
    ['12.5', 12_500_000],
    ['.25', 250_000],
    ['3.', 3_000_000],
    ['0.000001', 1],
    ['0', 0],
    [' 7 ', 7_000_000],
    ['1.1', 1_100_000],
    ['4503599627.370497', 4_503_599_627_370_497],
  ])('%s is exactly %d micro-units', (text, micros) => {
    expect(parseMicros(text)).toBe(micros)
  })

  it.each(['', '.', '1,5', '1,000', '-1', '1e3', '0.0000001', 'ten', '１２', '9007199254740993'])(
    '%j is no amount',
    (text) => {
      expect(parseMicros(text)).toBeNull()
    },
  )
})

describe('an amount for people', () => {
  it.each([
    [0, '0.00'],
    [1, '0.000001'],
    [1_230_000, '1.23'],
    [1_200_000, '1.20'],
    [1_234_567_890_120, '1,234,567.89012'],
    [9_007_199_254_740_991, '9,007,199,254.740991'],
    [-500_000, '−0.50'],
  ])('%d micro-units read %s', (micros, text) => {
    expect(formatMicros(micros, 'en')).toBe(text)
  })
})

it('an amount in a field is read back as it was', () => {
  const amounts = [0, 1, 10, 123_456, 1_000_000, 1_500_000, 9_007_199_254_740_991]
  expect(amounts.map((micros) => parseMicros(microsInput(micros)))).toEqual(amounts)
  expect([microsInput(1_500_000), microsInput(2_000_000), microsInput(null)]).toEqual(['1.5', '2', ''])
})
