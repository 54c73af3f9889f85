import { setTimeout as delay } from 'node:timers/promises'
import { batchItems, batchWaits, commits, itemsWaiting } from './metrics.ts'
import { requestContext, withRequestContext, type RequestContext } from './request-context.ts'
import { endSpan, isTracing, startSpan } from './tracing.ts'

/** What became of one item of a batch. */
export type Outcome<Result> = { ok: true; value: Result } | { ok: false; error: unknown }

/** Collects items that arrive while a write is in flight and writes them together. */
export interface GroupCommit<Item, Result> {
  /** Resolves after the commit that holds the item; rejects if it was not stored. */
  submit(item: Item): Promise<Result>
  /** Items waiting for their turn. */
  depth(): number
  /** Resolves when nothing waits and nothing is being written. */
  drain(): Promise<void>
}

interface GroupCommitOptions<Item, Result> {
  /** What its batches are counted under. */
  name: string
  /** Items of one key are written in order and never side by side. */
  keyOf: (item: Item) => string
  /** Queues that are written independently, so that one slow key does not hold up all others. */
  lanes: number
  /** Items a write holds at most. */
  batchMax: number
  /** Items that may wait; past that `refuse` says what to answer. */
  queueMax: number
  /** Writes a batch in one transaction and answers one outcome an item, in order. Throws if nothing was stored. */
  write: (items: Item[]) => Promise<Outcome<Result>[]>
  /**
   * Whether nobody waits for an item: it starts no write of its own for `patienceMs`, so that it can share that of one
   * somebody waits for. Without it, everything is urgent.
   */
  isPatient?: (item: Item) => boolean
  /**
   * Whether a batch of so many items waits a millisecond for others: where they come thick and fast, since a commit costs
   * about the same for one as for many. Without it, no batch waits.
   */
  shouldGather?: (items: number) => boolean
  /** Whether a failure says nothing about the items, so that trying them one by one would not help. */
  isOutage: (error: unknown) => boolean
  refuse: () => Error
}

interface Waiting<Item, Result> {
  item: Item
  submittedAtMs: number
  /** The request that submitted the item. */
  context: RequestContext
  isPatient: boolean
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Lane<Item, Result> {
  queue: Waiting<Item, Result>[]
  /** Of them, those that must not wait for others. */
  urgent: number
  writing: boolean
  /** Starts the lane for items that were patient for long enough. */
  timer: NodeJS.Timeout | undefined
}

/** How long a batch that is too small gathers others. The shortest that timers know. */
const gatherMs = 1

/** How long an item nobody waits for lets others come that it can share a write with. */
const patienceMs = 10

/** FNV-1a, 32 bits: spreads keys over the lanes. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}

function settle<Item, Result>(waiting: Waiting<Item, Result>[], outcomes: Outcome<Result>[]): void {
  waiting.forEach(({ resolve, reject }, index) => {
    const outcome = outcomes[index]
    if (outcome?.ok) resolve(outcome.value)
    else reject(outcome?.error ?? new Error('the batch answered fewer outcomes than it was given items'))
  })
}

/**
 * Makes a group commit. A lone item that somebody waits for is written at once, and a flood shares a transaction, because
 * the next batch is whatever arrived while the one before was on its way. Only `shouldGather` makes a batch wait for more.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const {
    name: queue,
    keyOf,
    batchMax,
    queueMax,
    write,
    isOutage,
    refuse,
    isPatient = () => false,
    shouldGather = () => false,
  } = options
  const lanes: Lane<Item, Result>[] = Array.from({ length: options.lanes }, () => ({
    queue: [],
    urgent: 0,
    writing: false,
    timer: undefined,
  }))
  let waitingForIdle: (() => void)[] = []
  let waitingItems = 0

  /** One bad item must not take its neighbours with it: after a failure the batch is written item by item. */
  async function writeApart(batch: Waiting<Item, Result>[]): Promise<void> {
    for (const waiting of batch) {
      try {
        settle([waiting], await write([waiting.item]))
      } catch (error) {
        waiting.reject(error)
      }
    }
  }

  async function writeTogether(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      settle(batch, await write(batch.map(({ item }) => item)))
      commits.inc({ queue, outcome: 'ok' })
    } catch (error) {
      commits.inc({ queue, outcome: 'failed' })
      if (batch.length > 1 && !isOutage(error)) await writeApart(batch)
      else for (const { reject } of batch) reject(error)
    }
  }

  /** Logged and traced as the first item's request: a lane that never idles would else be that of who once woke it. */
  async function writeAsFirst(batch: Waiting<Item, Result>[], context: RequestContext): Promise<void> {
    if (!isTracing()) return withRequestContext(context, () => writeTogether(batch))
    const links = batch.slice(1).flatMap(({ context: other }) => other.span ?? [])
    const attributes = { 'batch.items': batch.length }
    const span = startSpan(`commit ${queue}`, { kind: 'internal', parent: context.span, attributes, links })
    await withRequestContext({ ...context, span }, () => writeTogether(batch))
    endSpan(span)
  }

  /** Writes until nothing urgent is left; what is patient goes along. */
  async function run(lane: Lane<Item, Result>): Promise<void> {
    do {
      if (shouldGather(lane.queue.length)) await delay(gatherMs)
      const batch = lane.queue.splice(0, batchMax)
      const first = batch[0]
      if (!first) break
      lane.urgent -= batch.filter((waiting) => !waiting.isPatient).length
      waitingItems -= batch.length
      itemsWaiting.dec({ queue }, batch.length)
      batchItems.observe({ queue }, batch.length)
      batchWaits.observe({ queue }, (performance.now() - first.submittedAtMs) / 1_000)
      await writeAsFirst(batch, first.context)
    } while (lane.urgent > 0 || lane.queue.length >= batchMax || (isDraining() && lane.queue.length > 0))
    lane.writing = false
    if (lane.queue.length > 0) waitPatiently(lane)
    if (lanes.some(({ writing }) => writing)) return
    for (const resolve of waitingForIdle) resolve()
    waitingForIdle = []
  }

  const isDraining = () => waitingForIdle.length > 0

  /** Items submitted in the same turn of the event loop, such as one socket's burst, form one batch from the start. */
  function start(lane: Lane<Item, Result>): void {
    clearTimeout(lane.timer)
    lane.timer = undefined
    if (lane.writing) return
    lane.writing = true
    setImmediate(() => void run(lane))
  }

  function waitPatiently(lane: Lane<Item, Result>): void {
    lane.timer ??= setTimeout(() => start(lane), patienceMs)
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        if (waitingItems >= queueMax) return reject(refuse())
        const lane = lanes[hash(keyOf(item)) % lanes.length]
        if (!lane) return reject(new Error('a group commit needs at least one lane'))
        const patient = isPatient(item)
        const submittedAtMs = performance.now()
        lane.queue.push({ item, submittedAtMs, context: requestContext(), isPatient: patient, resolve, reject })
        waitingItems += 1
        itemsWaiting.inc({ queue })
        if (!patient) lane.urgent += 1
        if (!patient || lane.queue.length >= batchMax) start(lane)
        else if (!lane.writing) waitPatiently(lane)
      }),
    depth: () => waitingItems,
    drain: () =>
      new Promise((resolve) => {
        for (const lane of lanes) if (lane.queue.length > 0) start(lane)
        if (lanes.some(({ writing }) => writing)) waitingForIdle.push(resolve)
        else resolve()
      }),
  }
}
