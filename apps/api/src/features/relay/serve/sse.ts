/** One event of a stream of server-sent events. */
export interface SseEvent {
  name: string | null
  data: string
}

const lf = 0x0a
const cr = 0x0d

/** A stream that sends more than this without ending an event is no stream of events. */
const eventBytesMax = 16 * 1024 * 1024

/** Reads the lines of one event; null for one that holds nothing but comments. https://html.spec.whatwg.org/#event-stream-interpretation */
export function readEvent(text: string): SseEvent | null {
  // Nearly all events are one line of data, and a stream has thousands.
  if (text.startsWith('data: ') && text.endsWith('\n\n') && text.indexOf('\n') === text.length - 2)
    return { name: null, data: text.slice('data: '.length, -2) }
  let name: string | null = null
  let data: string | null = null
  for (const line of text.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon === -1 ? line : line.slice(0, colon)
    let value = colon === -1 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (field === 'event') name = value
    else if (field === 'data') data = data === null ? value : `${data}\n${value}`
  }
  return data === null ? null : { name, data }
}

/** Writes an event of JSON, in which lines break between its parts only: in one line simple clients read it too. */
export function writeEvent({ name, data }: SseEvent): string {
  const line = data.includes('\n') ? data.replaceAll('\n', '') : data
  return name === null ? `data: ${line}\n\n` : `event: ${name}\ndata: ${line}\n\n`
}

/** Where the event that begins at `from` ends: behind the empty line that closes it; -1 while it is not whole. */
function endOfEvent(buffer: Buffer, from: number): number {
  let at = from
  while (true) {
    const found = buffer.indexOf(lf, at)
    if (found === -1) return -1
    const next = buffer[found + 1]
    if (next === lf) return found + 2
    if (next === cr && buffer[found + 2] === lf) return found + 3
    at = found + 1
  }
}

/**
 * Cuts a stream of bytes into whole events, so that no character is ever handed on in halves. A lone carriage return as the
 * end of a line, which the standard allows and nobody sends, is not understood.
 */
export function createSplitter() {
  let rest: Buffer | null = null

  return {
    /** Answers what is whole by now, or null if nothing is. */
    push(chunk: Buffer): Buffer | null {
      const buffer: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
      const end = endOfLastEvent(buffer)
      rest = end === buffer.length ? null : buffer.subarray(end)
      if (rest !== null && rest.length > eventBytesMax) throw new Error('an event of the stream is too long')
      return end === 0 ? null : buffer.subarray(0, end)
    },
    /** What came after the last whole event: an upstream that is done need not close it. */
    rest: (): string => rest?.toString() ?? '',
  }
}

/** Behind the last whole event: looked for from the end, where it nearly always is. */
function endOfLastEvent(buffer: Buffer): number {
  let at = buffer.length
  while (at > 0) {
    const found = buffer.lastIndexOf(lf, at - 1)
    if (found <= 0) return 0
    if (buffer[found - 1] === lf || (buffer[found - 1] === cr && buffer[found - 2] === lf)) return found + 1
    at = found
  }
  return 0
}

/** The events of what the splitter answered, with the place of each. */
export function* eventsOf(whole: Buffer): Generator<{ from: number; to: number }> {
  let from = 0
  while (from < whole.length) {
    const to = endOfEvent(whole, from)
    if (to === -1) return
    yield { from, to }
    from = to
  }
}
