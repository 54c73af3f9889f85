import type { JsonObject } from './json.ts'

/** One server-sent event; without a name if the dialect has none. */
export function serverSentEvent(data: JsonObject, name?: string): string {
  const line = `data: ${JSON.stringify(data)}\n\n`
  return name === undefined ? line : `event: ${name}\n${line}`
}
