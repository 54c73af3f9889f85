/**
 * What an attempt says about its channel. `limited` is a 429: it counts as half a failure, so that a channel at its limit is
 * chosen less often, and one that answers nothing else is banned. `unknown`, such as a client's own mistake, says nothing.
 */
export type Outcome = 'good' | 'limited' | 'failed' | 'unknown'

/** A channel's health, as it is shown. */
export interface HealthSnapshot {
  /** Attempts of the last two minutes that say something. */
  samples: number
  failures: number
  /** 0 while there are too few samples to judge. */
  errorRate: number
  /** `probing`: the ban is over, and the next attempt decides. */
  state: 'healthy' | 'banned' | 'probing'
  bannedUntilMs: number | null
}

/** Knows how the channels are doing, from how attempts on them went on this node. */
export interface Health {
  errorRate(channelId: string): number
  /** Whether an attempt may begin: not while banned, and after that only one at a time until one has succeeded. */
  isAvailable(channelId: string): boolean
  /** To be called when an attempt begins; the answer, once, when it has ended. */
  begin(channelId: string): (outcome: Outcome) => void
  snapshot(channelId: string): HealthSnapshot
  /** Forgets a channel that was changed or found well: what went wrong before says nothing of it now. */
  clear(channelId: string): void
}

interface HealthDependencies {
  onBan: (channelId: string, untilMs: number) => void
  nowMs?: () => number
  random?: () => number
}

const windowMs = 10_000
const windowCount = 12

/** With fewer, a rate is an accident. */
const samplesMin = 10
/** At this error rate a channel does more harm than good. */
const banRate = 0.5

const banMs = 5 * 60_000
const banMaxMs = 30 * 60_000
/** Nodes do not come back all at once. */
const banJitter = 0.2
/** A probe that never says how it went is given back. */
const probeLostMs = 60_000

const failureOf: Record<Exclude<Outcome, 'unknown'>, number> = { good: 0, limited: 0.5, failed: 1 }

/** Counts of the last two minutes in a ring of windows. */
interface ChannelRecord {
  samplesIn: number[]
  failuresIn: number[]
  samples: number
  failures: number
  /** Number of the window that is counted into, since 1970. */
  window: number
  /** 0 while healthy. */
  bannedUntilMs: number
  /** Bans since the channel was last healthy. */
  bans: number
  /** When the probe under way began; 0 for none. */
  probeSinceMs: number
}

const zeros = (): number[] => Array.from({ length: windowCount }, () => 0)

const emptyRecord = (window: number): ChannelRecord => ({
  samplesIn: zeros(),
  failuresIn: zeros(),
  samples: 0,
  failures: 0,
  window,
  bannedUntilMs: 0,
  bans: 0,
  probeSinceMs: 0,
})

/** Empties the windows that lie between the last count and now. */
function advance(record: ChannelRecord, window: number): void {
  const passed = Math.min(window - record.window, windowCount)
  for (let step = 1; step <= passed; step += 1) {
    const slot = (record.window + step) % windowCount
    record.samples -= record.samplesIn[slot] ?? 0
    record.failures -= record.failuresIn[slot] ?? 0
    record.samplesIn[slot] = 0
    record.failuresIn[slot] = 0
  }
  record.window = Math.max(record.window, window)
}

const rateOf = ({ samples, failures }: ChannelRecord): number => (samples < samplesMin ? 0 : failures / samples)

/** Health in memory, without timers: windows and bans run out when they are looked at. */
export function createHealth({ onBan, nowMs = Date.now, random = Math.random }: HealthDependencies): Health {
  const records = new Map<string, ChannelRecord>()

  const isProbeFree = (record: ChannelRecord, now: number) =>
    record.probeSinceMs === 0 || now - record.probeSinceMs >= probeLostMs

  function ban(channelId: string, record: ChannelRecord, now: number): void {
    const jitter = 1 - banJitter + 2 * banJitter * random()
    record.bannedUntilMs = Math.round(now + Math.min(banMs * 2 ** record.bans * jitter, banMaxMs))
    record.bans += 1
    record.probeSinceMs = 0
    onBan(channelId, record.bannedUntilMs)
  }

  function count(channelId: string, outcome: Exclude<Outcome, 'unknown'>): void {
    const now = nowMs()
    const record = recordOf(channelId, now)
    const slot = record.window % windowCount
    record.samplesIn[slot] = (record.samplesIn[slot] ?? 0) + 1
    record.failuresIn[slot] = (record.failuresIn[slot] ?? 0) + failureOf[outcome]
    record.samples += 1
    record.failures += failureOf[outcome]
    // Attempts that began before the ban end during it, and say nothing new.
    if (record.bannedUntilMs === 0 && rateOf(record) >= banRate) ban(channelId, record, now)
  }

  function recordOf(channelId: string, now: number): ChannelRecord {
    const window = Math.floor(now / windowMs)
    let record = records.get(channelId)
    if (!record) records.set(channelId, (record = emptyRecord(window)))
    else if (window > record.window) advance(record, window)
    return record
  }

  /** The attempt that decides whether a banned channel is used again. */
  function probe(channelId: string, record: ChannelRecord, now: number): (outcome: Outcome) => void {
    record.probeSinceMs = now
    return (outcome) => {
      // Given back meanwhile, or the channel was forgotten.
      if (records.get(channelId) !== record || record.probeSinceMs !== now) return
      record.probeSinceMs = 0
      if (outcome === 'good') records.delete(channelId)
      else if (outcome !== 'unknown') ban(channelId, record, nowMs())
    }
  }

  return {
    errorRate(channelId) {
      return records.has(channelId) ? rateOf(recordOf(channelId, nowMs())) : 0
    },
    isAvailable(channelId) {
      const record = records.get(channelId)
      if (!record || record.bannedUntilMs === 0) return true
      const now = nowMs()
      return now >= record.bannedUntilMs && isProbeFree(record, now)
    },
    begin(channelId) {
      const record = records.get(channelId)
      if (record && record.bannedUntilMs !== 0) {
        const now = nowMs()
        if (now >= record.bannedUntilMs && isProbeFree(record, now)) return probe(channelId, record, now)
      }
      let isReported = false
      return (outcome) => {
        if (!isReported && outcome !== 'unknown') count(channelId, outcome)
        isReported = true
      }
    },
    snapshot(channelId) {
      const now = nowMs()
      const record = records.has(channelId) ? recordOf(channelId, now) : emptyRecord(0)
      const { samples, failures, bannedUntilMs } = record
      const state = bannedUntilMs === 0 ? 'healthy' : now < bannedUntilMs ? 'banned' : 'probing'
      return { samples, failures, errorRate: rateOf(record), state, bannedUntilMs: bannedUntilMs || null }
    },
    clear: (channelId) => void records.delete(channelId),
  }
}
