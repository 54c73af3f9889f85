import { keyOf, type Call } from './call.ts'
import { models } from './models.ts'
import { oddUsage } from './odd-usage.ts'
import { errorBody, errorReply } from './provider-errors.ts'
import { bytesReply, type Reply } from './reply.ts'
import { commented, errorEvent } from './stream-damage.ts'

/** How often a key called a model that fails a few times first. */
export type Attempts = Map<string, number>

interface Failing {
  call: Call
  /** The first thing in brackets of the pattern, as a number. */
  amount: number
  match: RegExpExecArray
  answered: (call: Call) => Reply
  attempts: Attempts
}

interface Failure {
  /** An example, to be listed among the models. */
  name: string
  pattern: RegExp
  fail: (failing: Failing) => Reply
}

const html = Buffer.from('<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>')
const attemptsMax = 1000

/** The model's name says how a call under `/failures` fails; what is not told otherwise answers as it should. */
const failures: Failure[] = [
  // The status, in the provider's envelope; with a header that says when to try again; -after-2: twice, then it answers.
  {
    name: 'status-500',
    pattern: /^status-([45]\d{2})(?:-retry-(\d+)|-retry-ms-(\d+))?(?:-after-(\d+))?$/,
    fail: refuse,
  },
  // The connection is destroyed before the headers.
  { name: 'reset', pattern: /^reset$/, fail: () => silent('cut') },
  // No headers, ever.
  { name: 'hang', pattern: /^hang$/, fail: () => silent('open') },
  // So many milliseconds before the headers; or after them, before the first byte.
  { name: 'slow-headers-500', pattern: /^slow-headers-(\d+)$/, fail: (it) => later(it, { headersAfterMs: it.amount }) },
  { name: 'slow-first-500', pattern: /^slow-first-(\d+)$/, fail: (it) => later(it, { bodyAfterMs: it.amount }) },
  // After so many events with content (or half of a plain answer) nothing more comes; or the connection is destroyed.
  { name: 'stall-after-3', pattern: /^stall-after-(\d+)$/, fail: (it) => broken(it, 'open') },
  { name: 'die-after-3', pattern: /^die-after-(\d+)$/, fail: (it) => broken(it, 'cut') },
  // The stream ends with an event that tells an error.
  { name: 'error-event-after-3', pattern: /^error-event-after-(\d+)$/, fail: endInError },
  // The stream ends in good order, but without a finish reason and what follows it.
  { name: 'no-finish', pattern: /^no-finish$/, fail: (it) => events(it, (all, { end }) => all.slice(0, end)) },
  // The last event, `[DONE]` of a chat, is missing; or comes twice.
  { name: 'no-done', pattern: /^no-done$/, fail: (it) => events(it, (all) => all.slice(0, -1)) },
  { name: 'done-twice', pattern: /^done-twice$/, fail: (it) => events(it, (all) => [...all, ...all.slice(-1)]) },
  // Every byte in a TCP write of its own, with text in which characters are of many bytes.
  { name: 'split-bytes', pattern: /^split-bytes$/, fail: splitBytes },
  // Comments, CRLF, fields nobody needs, data over several lines.
  { name: 'comments', pattern: /^comments$/, fail: (it) => events(it, (all) => all.map(commented)) },
  // Usage of a chat where it does not belong, or under other names: see odd-usage.ts.
  { name: 'usage-odd-1', pattern: /^usage-odd-(\d+)$/, fail: (it) => oddUsage(it.call, it.amount, it.answered) },
  // Things that are no answer: a page with status 502, and with 200; JSON cut short; nothing.
  { name: 'html-error', pattern: /^html-error$/, fail: () => page(502) },
  { name: 'wrong-type', pattern: /^wrong-type$/, fail: () => page(200) },
  { name: 'bad-json', pattern: /^bad-json$/, fail: cutJson },
  { name: 'empty', pattern: /^empty$/, fail: (it) => bytesReply(200, plain(it).headers) },
  // So many megabytes, as fast as they are read.
  { name: 'huge-10mb', pattern: /^huge-(\d{1,4})mb$/, fail: huge },
  // Says which headers, or which body, it was sent.
  { name: 'echo-headers', pattern: /^echo-headers$/, fail: (it) => saying(it, JSON.stringify(it.call.headers)) },
  { name: 'echo-body', pattern: /^echo-body$/, fail: (it) => saying(it, JSON.stringify(it.call.body)) },
]

const examples = failures.map(({ name }) => name)

/** Fails as the model's name tells, or answers. */
export function failCall(call: Call, model: string, answered: (call: Call) => Reply, attempts: Attempts): Reply {
  if (call.method === 'GET' && call.path === '/v1/models') return models(call, examples)
  for (const { pattern, fail } of failures) {
    const match = pattern.exec(model)
    if (match) return fail({ call, match, amount: Number(match[1]), answered, attempts })
  }
  return answered(call)
}

function plain({ call, answered }: Failing): Reply {
  return answered(call)
}

function saying({ call, answered }: Failing, says: string): Reply {
  return answered({ ...call, says })
}

function refuse(failing: Failing): Reply {
  const { call, amount, attempts, match } = failing
  const [model, , retry, retryMs, times] = match
  const name = `${keyOf(call.headers, call.query)} ${model}`
  const failed = attempts.get(name) ?? 0
  if (times !== undefined && failed >= Number(times)) return plain(failing)
  if (attempts.size >= attemptsMax) attempts.clear()
  attempts.set(name, failed + 1)
  const reply = errorReply(call, amount)
  const again = {
    ...(retry === undefined ? {} : { 'retry-after': retry }),
    ...(retryMs === undefined ? {} : { 'retry-after-ms': retryMs }),
  }
  return { ...reply, headers: { ...reply.headers, ...again } }
}

function silent(ending: 'cut' | 'open'): Reply {
  return { status: 200, headers: {}, parts: [], delivery: { withoutHeaders: true, ending } }
}

function later(failing: Failing, delivery: Reply['delivery']): Reply {
  return { ...plain(failing), delivery }
}

/** Changes the events of a stream; a plain answer stays as it is. */
function events(failing: Failing, change: (all: Buffer[], content: { start: number; end: number }) => Buffer[]): Reply {
  const reply = plain(failing)
  return reply.stream ? { ...reply, parts: change([...reply.parts], reply.stream) } : reply
}

function broken(failing: Failing, ending: 'cut' | 'open'): Reply {
  const reply = plain(failing)
  const all = [...reply.parts]
  const whole = Buffer.concat(all)
  const parts = reply.stream
    ? all.slice(0, reply.stream.start + failing.amount)
    : [whole.subarray(0, Math.floor(whole.length / 2))]
  return { ...reply, parts, delivery: { ending } }
}

function endInError(failing: Failing): Reply {
  const { call, amount } = failing
  const status = call.provider === 'anthropic' ? 529 : 500
  return events(failing, (all, { start }) => [
    ...all.slice(0, start + amount),
    errorEvent(call, errorBody(call.provider, status)),
  ])
}

function splitBytes(failing: Failing): Reply {
  const reply = saying(failing, 'Zürich 東京 👩‍👩‍👧 𝒳 naïve')
  const bytes = Buffer.concat([...reply.parts])
  const parts = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1))
  return { ...reply, parts, delivery: { pauseMs: 0 } }
}

function page(status: number): Reply {
  return bytesReply(status, { 'content-type': 'text/html' }, html)
}

function cutJson(failing: Failing): Reply {
  const reply = plain(failing)
  const half = (part: Buffer) => part.subarray(0, Math.floor(part.length / 2))
  if (!reply.stream) return bytesReply(reply.status, reply.headers, half(Buffer.concat([...reply.parts])))
  const { start } = reply.stream
  const all = [...reply.parts]
  return { ...reply, parts: [...all.slice(0, start + 1), half(all[start + 1] ?? html), Buffer.from('\n\n')] }
}

function huge(failing: Failing): Reply {
  const pieceBytes = 16 * 1024
  const pieces = failing.amount * (1024 / 16)
  const reply = saying(failing, 'x'.repeat(failing.call.body.stream === true ? pieceBytes : pieceBytes * pieces))
  const { stream } = reply
  if (!stream) return reply
  const all = [...reply.parts]
  const parts = {
    *[Symbol.iterator]() {
      yield* all.slice(0, stream.start)
      const piece = all[stream.start]
      for (let sent = 0; piece && sent < pieces; sent += 1) yield piece
      yield* all.slice(stream.start + 1)
    },
  }
  return { ...reply, parts, delivery: {} }
}
