import type { BrowserSpan } from '@parley/protocol/traces'

/** A call on its way, as part of a trace. */
interface CallSpan {
  /** Header of W3C Trace Context: what the server does for this call becomes part of the trace. */
  traceparent: string
  /** The answer is there, or will never be. */
  close: () => void
}

/** Ties what a person does to the calls that follow, and those to what the server does for them. */
export interface Tracing {
  /** A person acted: calls made within a second of it are its consequence. */
  begin: (name: string) => void
  /** A call begins; null while the server does not trace. */
  open: (name: string) => CallSpan | null
  /** Learns from an answer whether the server traces. */
  observe: (headers: Headers) => void
  stop: () => void
}

interface TracingOptions {
  /** Hands over what was measured. Whatever becomes of it, nobody waits. */
  report: (spans: BrowserSpan[]) => Promise<void>
  /** Milliseconds since 1970. */
  now: () => number
}

/** An act and the calls that followed from it. */
interface Act {
  traceId: string
  spanId: string
  name: string
  startMs: number
  openCalls: number
}

const consequenceMs = 1_000
const reportEveryMs = 2_000
/** What the server takes at once; a page that measures more than that drops the rest. */
const spansMax = 100

const randomHex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Measures nothing until an answer says that the server traces. */
export function createTracing({ report, now }: TracingOptions): Tracing {
  let isOn = false
  let act: Act | undefined
  let finished: BrowserSpan[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    timer = undefined
    const spans = finished
    finished = []
    // What cannot be reported is missing in a picture, and in nothing else.
    report(spans).catch(() => undefined)
  }

  function finish(span: Omit<BrowserSpan, 'durationMs'>): void {
    if (finished.length >= spansMax) return
    finished.push({ ...span, durationMs: Math.max(0, now() - span.startMs) })
    timer ??= setTimeout(flush, reportEveryMs)
  }

  function actNow(): Act | undefined {
    return act && now() - act.startMs <= consequenceMs ? act : undefined
  }

  return {
    begin(name) {
      if (isOn) act = { traceId: randomHex(16), spanId: randomHex(8), name, startMs: now(), openCalls: 0 }
    },
    open(name) {
      if (!isOn) return null
      const cause = actNow()
      const traceId = cause?.traceId ?? randomHex(16)
      const spanId = randomHex(8)
      const startMs = now()
      if (cause) cause.openCalls += 1
      return {
        traceparent: `00-${traceId}-${spanId}-01`,
        close() {
          finish({ traceId, spanId, name, startMs, ...(cause && { parentSpanId: cause.spanId }) })
          if (!cause) return
          cause.openCalls -= 1
          if (cause.openCalls > 0) return
          finish({ traceId, spanId: cause.spanId, name: cause.name, startMs: cause.startMs })
          // Told with its end, an act takes no further calls: they begin traces of their own.
          if (act === cause) act = undefined
        },
      }
    },
    observe(headers) {
      isOn = headers.has('traceresponse')
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      finished = []
    },
  }
}
