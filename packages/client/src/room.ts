import type { HistoryWindow, MessageRow, MessagesEvent, RoomHead, SyncPage, SyncRoom } from '@parley/protocol/messages'
import { toApiError, type ApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import * as logs from './room-log.ts'
import { emptyView, nextView, type RoomView } from './room-view.ts'

/** How long a packet waits for the one before it. */
const holdMs = 250
const retryBackoff = { baseMs: 500, maxMs: 15_000 }
const pageRows = 50
/** Rows a window keeps; it may grow by half before it is cut back. */
const windowRowsMax = 400

/** Where questions are put; REST, or a model of it. */
export interface RoomSource {
  window: (query: WindowQuery) => Promise<HistoryWindow>
  sync: (question: SyncRoom) => Promise<SyncPage>
}

export interface WindowQuery {
  roomId: string
  before?: number
  after?: number
  around?: number
  limit: number
}

/** How far a room is known: up to a change of a history. */
export interface Known {
  readonly epoch: number
  readonly change: number
}

interface RoomOptions {
  roomId: string
  source: RoomSource
  onView: (view: RoomView) => void
  /** The room is known as far as told; `news` are rows heard of on the way. */
  onAdvanced: (known: Known, news: readonly MessageRow[]) => void
  /** Something happened of which no rows were heard, so that summaries of the room are out of date. */
  onStale: () => void
}

export type Room = ReturnType<typeof createRoom>

/** Drives the log of one room: asks its questions, waits out its holds, and shows it. */
export function createRoom({ roomId, source, onView, onAdvanced, onStale }: RoomOptions) {
  let log = logs.emptyLog
  let view: RoomView = emptyView(roomId)
  let wanted = false
  let place: number | undefined
  let loading: Promise<void> | undefined
  let windowError: ApiError | null = null
  let reading: 'start' | 'end' = 'end'
  let loadingBefore = false
  let loadingAfter = false
  let syncing = false
  let betweenPages = false
  let attempt = 0
  let known: Known = { epoch: 0, change: 0 }
  let news: MessageRow[] = []
  let holdTimer: ReturnType<typeof setTimeout> | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  function publish() {
    // Rows come in order of change, so between two pages a message may be missing from the middle.
    if (betweenPages) return
    show()
    tell()
  }

  function show() {
    if (!wanted && !log.window) return
    const next = nextView(log, view, { error: windowError, loadingBefore, loadingAfter })
    if (next === view) return
    view = next
    onView(view)
  }

  /** After showing: who waits for a row to be there finds it there. */
  function tell() {
    const next = { epoch: log.head?.epoch ?? 0, change: log.cursor }
    if (next.change === known.change && next.epoch === known.epoch && news.length === 0) return
    const told = news
    news = []
    known = next
    onAdvanced(known, told)
  }

  function accept(result: logs.Step) {
    const { generation } = log
    log = trimmed(result.log, reading)
    news.push(...result.news)
    if (log.generation !== generation) onStale()
    publish()
    act(result.next)
  }

  function act(next: logs.Next) {
    if (next === 'nothing') return clearHold()
    if (!wanted && !log.window) return holdThen(skip)
    if (next === 'reload') void load(placeToReload(view))
    else if (next === 'sync') void sync()
    else holdThen(() => void sync())
  }

  function clearHold() {
    clearTimeout(holdTimer)
    holdTimer = undefined
  }

  function holdThen(work: () => void) {
    holdTimer ??= setTimeout(() => {
      holdTimer = undefined
      work()
    }, holdMs)
  }

  function skip() {
    if (wanted || log.window || !logs.isBehind(log)) return
    accept(logs.skipToHead(log))
    onStale()
  }

  function retryLater(work: () => void, failure?: ApiError) {
    clearTimeout(retryTimer)
    const waitMs = failure?.details.retryAfterMs ?? 0
    retryTimer = setTimeout(work, waitMs + backoffMs(attempt++, retryBackoff))
  }

  function load(around?: number): Promise<void> {
    wanted = true
    place = around
    log = logs.beginReload(log)
    windowError = null
    clearTimeout(retryTimer)
    publish()
    const request = loadWindow(log.generation, around).finally(() => {
      if (loading === request) loading = undefined
    })
    loading = request
    return request
  }

  async function loadWindow(generation: number, around?: number): Promise<void> {
    try {
      const query = around === undefined ? { roomId, limit: pageRows } : { roomId, around, limit: pageRows }
      const answer = await source.window(query)
      if (generation !== log.generation) return
      attempt = 0
      reading = 'end'
      accept(logs.applyWindow(log, generation, answer))
    } catch (error) {
      if (generation !== log.generation) return
      windowError = toApiError(error)
      publish()
      if (isPassing(windowError)) retryLater(() => void load(around), windowError)
    }
  }

  async function loadBefore(): Promise<void> {
    const window = log.window
    if (!window?.hasBefore || loadingBefore) return
    const question = ask(log)
    loadingBefore = true
    await answered(source.window({ roomId, before: window.from, limit: pageRows }), (answer) => {
      reading = 'start'
      return logs.applyBefore(log, question, window.from, answer)
    })
    loadingBefore = false
    publish()
  }

  async function loadAfter(): Promise<void> {
    const window = log.window
    if (!window?.hasAfter || loadingAfter) return
    const question = ask(log)
    loadingAfter = true
    await answered(source.window({ roomId, after: window.to, limit: pageRows }), (answer) => {
      reading = 'end'
      return logs.applyAfter(log, question, window.to, answer)
    })
    loadingAfter = false
    publish()
  }

  async function answered(request: Promise<HistoryWindow>, apply: (answer: HistoryWindow) => logs.Step): Promise<void> {
    windowError = null
    publish()
    try {
      accept(apply(await request))
    } catch (error) {
      windowError = toApiError(error)
    }
  }

  /** Catches up with the head, and asks at least once when `change` is past the cursor. */
  async function sync(change = 0): Promise<void> {
    clearHold()
    if (syncing) return
    syncing = true
    clearTimeout(retryTimer)
    try {
      let unsure = change > log.cursor
      while (log.window && (unsure || logs.isBehind(log))) {
        unsure = false
        const question = ask(log)
        const page = await source.sync({ roomId, change: question.change, epoch: question.epoch })
        if (question.generation !== log.generation) continue
        const result = logs.applySyncPage(log, question, page)
        const progressed = result.log.cursor > log.cursor
        betweenPages = progressed && 'more' in page && page.more
        accept(result.next === 'sync' ? { ...result, next: 'nothing' } : result)
        if (!progressed && logs.isBehind(log)) return retryLater(() => void sync())
      }
      attempt = 0
    } catch (error) {
      const failure = toApiError(error)
      if (isPassing(failure)) retryLater(() => void sync(), failure)
      else windowError = failure
    } finally {
      syncing = false
      betweenPages = false
      publish()
    }
  }

  return {
    view: () => view,
    /** Loads the newest messages, or those around a seq; nothing if they are there. */
    open(around?: number): Promise<void> {
      const window = log.window
      const shown = around === undefined ? window !== null : window && window.from <= around && around <= window.to
      if (shown) return sync()
      return loading && place === around ? loading : load(around)
    },
    jumpToLatest: (): Promise<void> => (log.window && !log.window.hasAfter ? sync() : load()),
    loadBefore,
    loadAfter,
    /** Whether the reader is at the newest message: the other end is cut when the window grows long. */
    setAtEnd(atEnd: boolean) {
      reading = atEnd ? 'end' : 'start'
    },
    packet: (packet: MessagesEvent) => accept(logs.applyPacket(log, packet)),
    /** A head that is news of the moment may precede its packet; one told on connecting does not. */
    head(head: RoomHead, when: 'soon' | 'now') {
      const result = logs.applyHead(log, head)
      accept(result.next === 'sync' && when === 'soon' ? { ...result, next: 'hold' } : result)
      if (when === 'now' && result.next === 'sync') skip()
    },
    /** An ack said that the room stands at `change` at least; its packet is on its way, or lost. */
    written(change: number) {
      if (change > log.cursor) holdThen(() => void sync(change))
    },
    summary: (head: RoomHead) => accept(logs.applySummary(log, head)),
    /** The network is back: what waits to be tried again is tried now. */
    wake() {
      attempt = 0
      if (wanted && !log.window && windowError) void load(place)
      else if (log.window) void sync()
    },
    /** Forgets the window; the room is known by its head from now on. */
    drop() {
      wanted = false
      log = logs.dropWindow(log)
      windowError = null
      clearHold()
      clearTimeout(retryTimer)
      view = emptyView(roomId)
    },
  }
}

const ask = (log: logs.RoomLog): logs.Question => ({
  generation: log.generation,
  change: log.cursor,
  epoch: log.head?.epoch ?? 0,
})

function trimmed(log: logs.RoomLog, reading: 'start' | 'end'): logs.RoomLog {
  const rows = log.window?.rows.length ?? 0
  return rows > windowRowsMax * 1.5 ? logs.trimLog(log, windowRowsMax, reading) : log
}

/** After a reset the reader stays about where they were; at the live end they stay there. */
const placeToReload = (view: RoomView): number | undefined =>
  view.hasAfter ? view.rows[Math.floor(view.rows.length / 2)]?.seq : undefined

/** Whether trying again can help. */
const isPassing = ({ status, code }: ApiError) => code === 'NETWORK' || code === 'RATE_LIMITED' || status >= 500
