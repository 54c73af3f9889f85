import { expect, test } from 'vitest'
import { createHealth, type Outcome } from './health.ts'

const minuteMs = 60_000

function start(random = 0.5) {
  let nowMs = 1_000_000_000_000
  const bans: { channelId: string; forMs: number }[] = []
  const health = createHealth({
    nowMs: () => nowMs,
    random: () => random,
    onBan: (channelId, untilMs) => bans.push({ channelId, forMs: untilMs - nowMs }),
  })
  const report = (outcome: Outcome, times = 1, channelId = 'a') => {
    for (let time = 0; time < times; time += 1) health.begin(channelId)(outcome)
  }
  return { health, bans, report, pass: (ms: number) => void (nowMs += ms) }
}

/** What was reported, in order, and what is known of the channel then. */
const rates: [string, [Outcome, number][], { samples: number; errorRate: number; state: string }][] = [
  ['nothing is known of nothing', [], { samples: 0, errorRate: 0, state: 'healthy' }],
  ['nine failures are an accident', [['failed', 9]], { samples: 9, errorRate: 0, state: 'healthy' }],
  ['the tenth is a ban', [['failed', 10]], { samples: 10, errorRate: 1, state: 'banned' }],
  [
    'four of ten are a rate',
    [
      ['failed', 4],
      ['good', 6],
    ],
    { samples: 10, errorRate: 0.4, state: 'healthy' },
  ],
  [
    'five of ten are a ban',
    [
      ['good', 5],
      ['failed', 5],
    ],
    { samples: 10, errorRate: 0.5, state: 'banned' },
  ],
  [
    'a 429 is half a failure',
    [
      ['good', 6],
      ['limited', 4],
    ],
    { samples: 10, errorRate: 0.2, state: 'healthy' },
  ],
  ['nothing but 429 is a ban', [['limited', 10]], { samples: 10, errorRate: 0.5, state: 'banned' }],
  [
    'a single success among 429 is none',
    [
      ['good', 1],
      ['limited', 11],
    ],
    { samples: 12, errorRate: 11 / 24, state: 'healthy' },
  ],
  [
    "clients' own mistakes say nothing",
    [
      ['unknown', 50],
      ['failed', 9],
    ],
    { samples: 9, errorRate: 0, state: 'healthy' },
  ],
]

test.each(rates)('%s', (_, outcomes, expected) => {
  const { health, report } = start()
  for (const [outcome, times] of outcomes) report(outcome, times)
  expect(health.snapshot('a')).toMatchObject(expected)
  expect(health.errorRate('a')).toBe(expected.errorRate)
  expect(health.isAvailable('a')).toBe(expected.state === 'healthy')
})

test('counts leave after two minutes, ten seconds at a time', () => {
  const { health, report, pass } = start()
  report('failed', 4)
  pass(10_000)
  report('good', 8)
  pass(109_999)
  expect(health.snapshot('a')).toMatchObject({ samples: 12, failures: 4 })
  pass(1)
  expect(health.snapshot('a')).toMatchObject({ samples: 8, failures: 0 })
  pass(10_000)
  expect(health.snapshot('a')).toMatchObject({ samples: 0, failures: 0 })
})

test('windows that passed unseen are empty, however many', () => {
  for (const passedMs of [125_000, 10 * minuteMs, 24 * 60 * minuteMs]) {
    const { health, report, pass } = start()
    report('failed', 9)
    pass(passedMs)
    report('failed', 9)
    expect(health.snapshot('a')).toMatchObject({ samples: 9, failures: 9, state: 'healthy' })
  }
})

test('a report is counted once', () => {
  const { health } = start()
  const end = health.begin('a')
  end('failed')
  end('failed')
  end('good')
  expect(health.snapshot('a')).toMatchObject({ samples: 1, failures: 1 })
})

test('channels are judged apart', () => {
  const { health, report } = start()
  report('failed', 10, 'a')
  report('good', 10, 'b')
  expect([health.isAvailable('a'), health.isAvailable('b')]).toEqual([false, true])
})

test.each([
  [0, 4],
  [0.5, 5],
  [0.999, 6],
])('a ban takes about five minutes: at %d of the jitter about %d', (random, minutes) => {
  const { bans, report } = start(random)
  report('failed', 10)
  expect(bans).toHaveLength(1)
  expect((bans[0]?.forMs ?? 0) / minuteMs).toBeCloseTo(minutes, 1)
})

test('what began before the ban and fails during it does not prolong it', () => {
  const { bans, health, report } = start()
  const late = health.begin('a')
  report('failed', 12)
  late('failed')
  expect(bans).toHaveLength(1)
})

test('after the ban one attempt at a time is let through, and its success opens', () => {
  const { health, report, pass } = start()
  report('failed', 10)
  pass(5 * minuteMs - 1)
  expect(health.isAvailable('a')).toBe(false)
  pass(1)
  expect(health.snapshot('a').state).toBe('probing')
  expect(health.isAvailable('a')).toBe(true)
  const end = health.begin('a')
  expect(health.isAvailable('a')).toBe(false)
  end('good')
  expect(health.isAvailable('a')).toBe(true)
  expect(health.snapshot('a')).toEqual({
    samples: 0,
    failures: 0,
    errorRate: 0,
    state: 'healthy',
    bannedUntilMs: null,
  })
})

test('a probe that fails bans for twice as long, up to half an hour; a success ends the row', () => {
  const { bans, health, report, pass } = start()
  report('failed', 10)
  for (const minutes of [5, 10, 20, 30, 30]) {
    expect((bans.at(-1)?.forMs ?? 0) / minuteMs).toBe(minutes)
    pass(minutes * minuteMs)
    report(minutes === 5 ? 'limited' : 'failed')
    expect(health.isAvailable('a')).toBe(false)
  }
  pass(30 * minuteMs)
  report('good')
  report('failed', 10)
  expect((bans.at(-1)?.forMs ?? 0) / minuteMs).toBe(5)
})

test('a probe that says nothing is given back: at once if it ended so, after a minute if it never did', () => {
  const { health, report, pass } = start()
  report('failed', 10)
  pass(5 * minuteMs)
  health.begin('a')('unknown')
  expect(health.isAvailable('a')).toBe(true)
  const lost = health.begin('a')
  pass(minuteMs - 1)
  expect(health.isAvailable('a')).toBe(false)
  pass(1)
  expect(health.isAvailable('a')).toBe(true)
  const next = health.begin('a')
  lost('failed')
  expect(health.snapshot('a').state).toBe('probing')
  next('good')
  expect(health.snapshot('a').state).toBe('healthy')
})

test('an attempt that slips in beside the probe does not decide', () => {
  const { bans, health, report, pass } = start()
  report('failed', 10)
  pass(5 * minuteMs)
  const [probe, beside] = [health.begin('a'), health.begin('a')]
  beside('failed')
  expect(bans).toHaveLength(1)
  probe('good')
  expect(health.snapshot('a').state).toBe('healthy')
})

test('a channel that was changed begins anew', () => {
  const { health, report, pass } = start()
  report('failed', 10)
  health.clear('a')
  expect(health.isAvailable('a')).toBe(true)
  report('failed', 10)
  pass(5 * minuteMs)
  const probe = health.begin('a')
  health.clear('a')
  probe('failed')
  expect(health.snapshot('a')).toMatchObject({ samples: 0, state: 'healthy' })
})

test('a clock that is set back breaks nothing', () => {
  const { health, report, pass } = start()
  report('good', 10)
  pass(-minuteMs)
  report('failed', 5)
  expect(health.snapshot('a')).toMatchObject({ samples: 15, failures: 5 })
})
