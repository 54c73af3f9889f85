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
  /** Whether a failure says nothing about the items, so that trying them one by one would not help. */
  isOutage: (error: unknown) => boolean
  refuse: () => Error
}

interface Waiting<Item, Result> {
  item: Item
  submittedAtMs: number
  /** The request that submitted the item. */
  context: RequestContext
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Lane<Item, Result> {
  queue: Waiting<Item, Result>[]
  writing: boolean
}

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
 * Makes a group commit. There is no timer: a lone item is written at once, a flood shares a transaction, because the
 * next batch is whatever arrived while the one before was on its way.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { name: queue, keyOf, batchMax, queueMax, write, isOutage, refuse } = options
  const lanes: Lane<Item, Result>[] = Array.from({ length: options.lanes }, () => ({ queue: [], writing: false }))
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

  async function run(lane: Lane<Item, Result>): Promise<void> {
    lane.writing = true
    while (lane.queue.length > 0) {
      const batch = lane.queue.splice(0, batchMax)
      const first = batch[0]
      if (!first) break
      waitingItems -= batch.length
      itemsWaiting.dec({ queue }, batch.length)
      batchItems.observe({ queue }, batch.length)
      batchWaits.observe({ queue }, (performance.now() - first.submittedAtMs) / 1_000)
      await writeAsFirst(batch, first.context)
    }
    lane.writing = false
    if (lanes.some(({ writing }) => writing)) return
    for (const resolve of waitingForIdle) resolve()
    waitingForIdle = []
  }

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        if (waitingItems >= queueMax) return reject(refuse())
        const lane = lanes[hash(keyOf(item)) % lanes.length]
        if (!lane) return reject(new Error('a group commit needs at least one lane'))
        lane.queue.push({ item, submittedAtMs: performance.now(), context: requestContext(), resolve, reject })
        waitingItems += 1
        itemsWaiting.inc({ queue })
        // Items submitted in the same turn of the event loop, such as one socket's burst, form one batch from the start.
        if (!lane.writing) {
          lane.writing = true
          setImmediate(() => void run(lane))
        }
      }),
    depth: () => waitingItems,
    drain: () =>
      new Promise((resolve) => {
        if (lanes.some(({ writing }) => writing)) waitingForIdle.push(resolve)
        else resolve()
      }),
  }
}
