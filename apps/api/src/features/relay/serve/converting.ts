import { createStreamConverter, type AnswerContext, type Dialect } from '../dialects/convert.ts'
import { parsed } from '../dialects/json.ts'
import { createMeter } from '../dialects/meter.ts'
import { createSplitter, eventsOf, readEvent } from './sse.ts'
import type { StreamFault, StreamRelay } from './stream-relay.ts'

/** Translates a stream from the channel's dialect into the client's. */
export function createConverting(from: Dialect, to: Dialect, context: AnswerContext): StreamRelay {
  const splitter = createSplitter()
  const converter = createStreamConverter(from, to, context)
  const meter = createMeter(from)
  let hasBegun = false

  function convert(whole: Buffer): string {
    let out = ''
    for (const { from: start, to: stop } of eventsOf(whole)) {
      const event = readEvent(whole.toString('utf8', start, stop))
      if (!event) continue
      meter.event(event.name, parsed(event.data))
      out += converter.push(event)
    }
    return out
  }

  const fault = (): StreamFault | null =>
    converter.failure === null ? null : { status: 502, message: converter.failure }

  return {
    push(chunk) {
      const whole = splitter.push(chunk)
      const out = whole === null ? '' : convert(whole)
      // The frame of an answer comes with the first event; another channel can still take over until there is content.
      hasBegun ||= converter.failure === null && (converter.isFinished || meter.text() !== '')
      return out === '' ? null : out
    },
    end() {
      const rest = splitter.rest().trim() === '' ? '' : convert(Buffer.from(`${splitter.rest()}\n\n`))
      return converter.isFinished && converter.failure === null ? rest + converter.end() : null
    },
    breakOff: (message) => converter.fail(message),
    hasBegun: () => hasBegun,
    fault,
    sent: () => null,
    usage: () => meter.usage(),
    serviceTier: () => null,
    responseId: () => null,
    deliveredText: () => meter.text(),
  }
}
