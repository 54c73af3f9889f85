import { describe, expect, test } from 'vitest'
import { chooseChannel, type Candidate } from './choose.ts'
import { stickyChannel } from './sticky.ts'

/** Numbers as random as a test needs them, and the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const channel = (id: string, weight = 1, priority = 0): Candidate => ({ id, weight, priority })

interface Case {
  rule: string
  candidates: Candidate[]
  banned?: string[]
  tried?: string[]
  errorRates?: Record<string, number>
  /** Which share of the calls each gets. */
  shares: Record<string, number>
}

const cases: Case[] = [
  { rule: 'none of none', candidates: [], shares: {} },
  { rule: 'the only one', candidates: [channel('a')], shares: { a: 1 } },
  { rule: 'equals share alike', candidates: [channel('a'), channel('b')], shares: { a: 0.5, b: 0.5 } },
  { rule: 'by weight', candidates: [channel('a', 3), channel('b', 1)], shares: { a: 0.75, b: 0.25 } },
  {
    rule: 'by weight over (error rate + 0.1) squared',
    candidates: [channel('a'), channel('b')],
    errorRates: { b: 0.1 },
    shares: { a: 0.8, b: 0.2 },
  },
  {
    rule: 'a heavy one that fails falls behind a light one that does not',
    candidates: [channel('a', 9), channel('b', 1)],
    errorRates: { a: 0.4 },
    shares: { a: 9 / 34, b: 25 / 34 },
  },
  {
    rule: 'the highest priority only, whatever the weight',
    candidates: [channel('a', 100), channel('b', 1, 5), channel('c', 1, -1)],
    shares: { b: 1 },
  },
  {
    rule: 'the next priority where the highest is banned',
    candidates: [channel('a', 1, 5), channel('b', 1, 5), channel('c')],
    banned: ['a', 'b'],
    shares: { c: 1 },
  },
  {
    rule: 'of one priority the one that is not banned',
    candidates: [channel('a', 1, 5), channel('b', 1, 5), channel('c')],
    banned: ['a'],
    shares: { b: 1 },
  },
  {
    rule: 'another one than was tried, of a lower priority too',
    candidates: [channel('a', 1, 5), channel('b')],
    tried: ['a'],
    shares: { b: 1 },
  },
  { rule: 'null when all were tried', candidates: [channel('a'), channel('b')], tried: ['a', 'b'], shares: {} },
  { rule: 'null when all are banned', candidates: [channel('a')], banned: ['a'], shares: {} },
  { rule: 'weight 0 waits', candidates: [channel('a', 0), channel('b', 1)], shares: { b: 1 } },
  {
    rule: 'weight 0 comes before a lower priority',
    candidates: [channel('a', 0, 1), channel('b', 1, 1), channel('c', 9)],
    banned: ['b'],
    shares: { a: 1 },
  },
  { rule: 'two of weight 0 share', candidates: [channel('a', 0), channel('b', 0)], shares: { a: 0.5, b: 0.5 } },
]

describe('the choice of a channel', () => {
  test.each(cases)('$rule', ({ candidates, banned = [], tried = [], errorRates = {}, shares }) => {
    const random = seeded(7)
    const calls = 20_000
    const counts: Record<string, number> = {}
    for (let call = 0; call < calls; call += 1) {
      const chosen = chooseChannel(candidates, {
        errorRateOf: (id) => errorRates[id] ?? 0,
        isAvailable: (id) => !banned.includes(id),
        random,
        tried: new Set(tried),
      })
      if (chosen) counts[chosen.id] = (counts[chosen.id] ?? 0) + 1
    }
    expect(Object.keys(counts).toSorted()).toEqual(Object.keys(shares).toSorted())
    // Four standard deviations of a fair coin.
    for (const [id, share] of Object.entries(shares)) {
      expect(Math.abs((counts[id] ?? 0) / calls - share)).toBeLessThan(0.015)
    }
  })

  test('a random number just below 1 still chooses one', () => {
    const candidates = [channel('a', 0.1), channel('b', 0.2), channel('c', 0.7)]
    const choice = { errorRateOf: () => 0, isAvailable: () => true, tried: new Set<string>() }
    expect(chooseChannel(candidates, { ...choice, random: () => 1 - 2 ** -53 })?.id).toBe('c')
  })
})

describe('a conversation that sticks', () => {
  const conversations = Array.from({ length: 4_000 }, (_, number) => `conversation ${number}`)
  const five = ['a', 'b', 'c', 'd', 'e'].map((id) => channel(id))
  const open = { isAvailable: () => true, tried: new Set<string>() }
  const placesAmong = (candidates: Candidate[], isAvailable: (id: string) => boolean = () => true) =>
    conversations.map((conversation) => stickyChannel(candidates, conversation, { ...open, isAvailable })?.id)

  test('stays where it is, in whatever order channels are read', () => {
    expect(placesAmong(five.toReversed())).toEqual(placesAmong(five))
  })

  test('moves only when its own channel is banned, and the others share what moves', () => {
    const before = placesAmong(five)
    const after = placesAmong(five, (id) => id !== 'c')
    const moved = after.filter((id, index) => before[index] === 'c' && id !== 'c')
    expect(after.filter((id, index) => before[index] !== 'c' && id !== before[index])).toEqual([])
    expect(new Set(moved).size).toBe(4)
  })

  test('moves to a new channel or not at all', () => {
    const before = placesAmong(five)
    const after = placesAmong([...five, channel('f')])
    const moved = after.filter((id, index) => id !== before[index])
    expect(new Set(moved)).toEqual(new Set(['f']))
    expect(moved.length / conversations.length).toBeCloseTo(1 / 6, 1)
  })

  test('spreads by weight', () => {
    const places = placesAmong([channel('a', 3), channel('b', 1)])
    expect(places.filter((id) => id === 'a').length / conversations.length).toBeCloseTo(0.75, 1)
  })

  test('keeps to the highest priority that is available', () => {
    expect(new Set(placesAmong([channel('a', 1, 1), channel('b', 9)]))).toEqual(new Set(['a']))
    expect(stickyChannel([channel('a')], 'one', { ...open, tried: new Set(['a']) })).toBeNull()
  })
})
