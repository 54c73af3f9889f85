import { RelayRefusal } from '../refusals.ts'

/** A field of a form, and where its value stands in it, in bytes. */
export interface FormField {
  value: string
  from: number
  to: number
}

/** What a scanner is at, or waits for. */
type State = 'start' | 'delimited' | 'head' | 'value' | 'end'

/** Reads some fields of a form as it passes. */
export interface FormScanner {
  /** Throws a refusal as soon as the form is found malformed. */
  push(chunk: Buffer): void
  /** The form is over. Answers the fields it has, by name; throws a refusal if something is missing. */
  end(): Map<string, FormField>
}

const lineEnd = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const headBytesMax = 16 * 1024
/** OpenAI takes prompts of 32,000 characters. */
const valueBytesMax = 256 * 1024

const malformed = (what: string) => new RelayRefusal('invalid_request', `The form could not be read: ${what}.`)

const parameterForm = /;\s*([\w*-]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*)\s*/gy

/** The parameters of a part's Content-Disposition. */
function parametersOf(head: string): Map<string, string> {
  const lines = head.split('\r\n').filter((line) => /^content-disposition\s*:/i.test(line))
  const [type = '', written = ''] = /^[^:]*:\s*form-data\s*(;.*)$/i.exec(lines[0] ?? '') ?? []
  if (lines.length !== 1 || type === '' || /[\r\n]/.test(head.replaceAll('\r\n', '')))
    throw malformed('a part does not say which field it is')
  const parameters = new Map<string, string>()
  let end = 0
  for (const match of written.matchAll(parameterForm)) {
    const [, name = '', value = ''] = match
    if (parameters.has(name.toLowerCase())) throw malformed('a part has two names')
    parameters.set(name.toLowerCase(), value.startsWith('"') ? value.slice(1, -1) : value)
    end = match.index + match[0].length
  }
  if (end !== written.length) throw malformed('the name of a part cannot be understood')
  return parameters
}

/**
 * Makes a scanner of a form with this boundary, for the fields named in `wanted`. It is stricter than most: whatever the
 * upstream could read in another way than the relay, such as two fields `model` or a boundary in the middle of a line, would
 * let a client use what it may not.
 */
export function createFormScanner(boundary: string, wanted: ReadonlySet<string>): FormScanner {
  const marker = Buffer.from(`--${boundary}`)
  const fields = new Map<string, FormField>()
  let state: State = 'start'
  let rest: Buffer = Buffer.alloc(0)
  /** Where `rest` begins in the form. */
  let at = 0
  /** The wanted field whose value is being read; null in other parts. */
  let field: { name: string; from: number; chunks: Buffer[]; bytes: number } | null = null

  function skip(bytes: number): void {
    rest = rest.subarray(bytes)
    at += bytes
  }

  function beginPart(head: string): void {
    const parameters = parametersOf(head)
    const name = parameters.get('name')
    if (name === undefined) throw malformed('a part has no name')
    field = null
    if (!wanted.has(name)) return
    if (parameters.has('filename') || parameters.has('filename*') || fields.has(name))
      throw malformed(`send ${name} once, and as text`)
    field = { name, from: at, chunks: [], bytes: 0 }
  }

  function take(bytes: number): void {
    if (field && bytes > 0) {
      field.bytes += bytes
      if (field.bytes > valueBytesMax) throw malformed(`${field.name} is too long`)
      // A copy: the chunk it came in is not to be kept for it.
      field.chunks.push(Buffer.from(rest.subarray(0, bytes)))
    }
    skip(bytes)
  }

  function endPart(): void {
    if (field) fields.set(field.name, { value: Buffer.concat(field.chunks).toString(), from: field.from, to: at })
    field = null
  }

  /** Each step answers whether it got on; if not, it waits for more. */
  const steps: Record<State, () => boolean> = {
    start() {
      if (rest.length < marker.length) return false
      if (!rest.subarray(0, marker.length).equals(marker)) throw malformed('it does not begin with its boundary')
      skip(marker.length)
      state = 'delimited'
      return true
    },
    delimited() {
      if (rest.length < 2) return false
      const next = rest.toString('latin1', 0, 2)
      if (next !== '\r\n' && next !== '--') throw malformed('something follows its boundary')
      state = next === '--' ? 'end' : 'head'
      // The line end before the head of a part may be that of an empty head.
      if (next === '--') skip(2)
      return true
    },
    head() {
      const end = rest.indexOf(headEnd)
      if (end > headBytesMax || (end < 0 && rest.length > headBytesMax)) throw malformed('a part has a head too long')
      if (end < 0) return false
      const head = rest.toString('utf8', lineEnd.length, end)
      skip(end + headEnd.length)
      beginPart(head)
      state = 'value'
      return true
    },
    value() {
      const found = rest.indexOf(marker)
      if (found < 0) {
        take(Math.max(0, rest.length - marker.length - lineEnd.length + 1))
        return false
      }
      if (found < 2 || !rest.subarray(found - 2, found).equals(lineEnd))
        throw malformed('its boundary stands in the middle of a line')
      take(found - lineEnd.length)
      endPart()
      skip(lineEnd.length + marker.length)
      state = 'delimited'
      return true
    },
    end() {
      skip(rest.length)
      return false
    },
  }

  return {
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (steps[state]()) continue
    },
    end() {
      if (state !== 'end') throw malformed('it ends in the middle')
      return fields
    },
  }
}
