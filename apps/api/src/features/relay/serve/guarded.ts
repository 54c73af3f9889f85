import type { Guardrail } from '../guardrails/engine.ts'
import { createStreamGuard, type GuardedApi } from '../guardrails/stream.ts'
import { isObject, parsed } from '../dialects/json.ts'
import { eventsOf, readEvent, writeEvent, type SseEvent } from './sse.ts'
import type { StreamRelay } from './stream-relay.ts'

/** Puts guardrails behind a stream: what goes out to the client has passed them. Throws GuardrailStop where one refuses. */
export function createGuarded(inner: StreamRelay, api: GuardedApi, guards: readonly Guardrail[]): StreamRelay {
  const guard = createStreamGuard(api, guards)

  function passEvent(event: SseEvent): string {
    const data = parsed(event.data)
    if (!isObject(data)) return writeEvent(event)
    return guard
      .rewriteEvent(data)
      .map((rewritten) => {
        const name = event.name === null || typeof rewritten.type !== 'string' ? event.name : rewritten.type
        return writeEvent({ name, data: JSON.stringify(rewritten) })
      })
      .join('')
  }

  function pass(out: Buffer | string): string {
    const whole = typeof out === 'string' ? Buffer.from(out) : out
    let passed = ''
    for (const { from, to } of eventsOf(whole)) {
      const event = readEvent(whole.toString('utf8', from, to))
      if (event) passed += passEvent(event)
    }
    return passed
  }

  return {
    ...inner,
    push(chunk) {
      const out = inner.push(chunk)
      return out === null ? null : pass(out)
    },
    end() {
      const last = inner.end()
      return last === null ? null : pass(last)
    },
  }
}
