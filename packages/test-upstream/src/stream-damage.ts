import type { Call } from './call.ts'
import { objectOf } from './json.ts'
import { dataEvent, namedEvent } from './reply.ts'

/** An event as the standard allows it and hardly anybody sends it. */
export function commented(event: Buffer): Buffer {
  const text = event.toString().trimEnd()
  const lines = text.split(/\r?\n/)
  const name = lines.find((line) => line.startsWith('event:')) ?? 'event: message'
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.replace('data: {', 'data:{\ndata: '))
  const all = [': PROCESSING', '', name, 'id: 7', 'retry: 3000', ': in between', ...data.join('\n').split('\n'), '', '']
  return Buffer.from(all.join('\r\n'))
}

/** The event by which a provider says in mid-stream that it failed. */
export function errorEvent({ path, provider }: Call, body: unknown): Buffer {
  if (provider === 'anthropic') return namedEvent({ ...objectOf(body), type: 'error' })
  if (path !== '/v1/responses') return dataEvent(body)
  const { message } = objectOf(objectOf(body).error)
  return namedEvent({ type: 'error', code: 'server_error', message, param: null, sequence_number: 99 })
}
