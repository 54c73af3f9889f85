import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import { closed } from './scalars.ts'

const hex = (digits: number, description: string) => Type.String({ pattern: `^[0-9a-f]{${digits}}$`, description })

/** One step of a trace as a browser measured it: what a person did, or a call that followed from it. */
export const BrowserSpan = Type.Object(
  {
    traceId: hex(32, 'The trace it belongs to, as sent in `traceparent`.'),
    spanId: hex(16, 'Its own id.'),
    parentSpanId: Type.Optional(hex(16, 'The step that caused it; absent for the first of a trace.')),
    name: Type.String({ minLength: 1, maxLength: 100, description: 'What was done: `click`, or the name of a call.' }),
    startMs: Type.Number({ minimum: 0, maximum: 1e14, description: 'When it began, in milliseconds since 1970.' }),
    durationMs: Type.Number({ minimum: 0, maximum: 3_600_000, description: 'How long it took.' }),
  },
  closed,
)
export type BrowserSpan = Static<typeof BrowserSpan>

export const reportSpans = contract({
  method: 'POST',
  path: '/api/traces',
  summary: 'Hand over what the browser measured, while the server traces.',
  tag: 'traces',
  auth: 'session',
  permission: 'self',
  status: 204,
  body: Type.Object(
    { spans: Type.Array(BrowserSpan, { minItems: 1, maxItems: 100, description: 'Finished steps.' }) },
    closed,
  ),
})
