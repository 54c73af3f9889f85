import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { answer } from './answer.ts'
import { hashOf, keyOf, madeAt } from './call.ts'
import { isJson, listOf, numberOf, objectOf, objectsOf, stringOf, type Json } from './json.ts'
import { plainAsk } from './openai-chat.ts'
import { errorReply, keyRefusal } from './provider-errors.ts'
import type { Reply } from './reply.ts'
import { count, type Counters } from './seen.ts'

/** PCM of 16 bit and 24 kHz, of which a second is 10 tokens. */
const audioBytesPerToken = 4800

interface Conversation {
  model: string
  session: Json
  texts: string[]
  /** Appended, and not yet committed. */
  pendingBytes: number
  audioBytes: number
  /** Breaks the connection after so many pieces of text. */
  dieAfter: number
  send: (type: string, fields: Json) => void
  break: () => void
}

/** Accepts WebSockets on realtime. Under `/failures` the models `status-<code>` and `die-after-<n>` fail here too. */
export function acceptRealtime(server: Server, counters: Counters): void {
  const door = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => (protocols.has('realtime') ? 'realtime' : false),
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [pathname = '', search] = (request.url ?? '').split('?')
    const model = new URLSearchParams(search).get('model') ?? ''
    // Without a listener a connection that breaks would take the process with it.
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request, pathname, model)
    if (refusal) return refuse(socket, refusal)
    door.handleUpgrade(request, socket, head, (accepted) => {
      count(counters.requests, model)
      counters.open += 1
      accepted.on('error', () => accepted.terminate())
      accepted.on('close', () => (counters.open -= 1))
      converse(accepted, model, pathname.startsWith('/failures/'))
    })
  })
}

function refusalOf({ headers }: IncomingMessage, path: string, model: string): Reply | undefined {
  const hash = hashOf(path, model)
  const protocols = stringOf(headers['sec-websocket-protocol'])
  const key = /openai-insecure-api-key\.([^, ]+)/.exec(protocols)?.[1] ?? keyOf(headers, new URLSearchParams())
  if (!/^(\/answers|\/failures)?\/v1\/realtime$/.test(path)) return errorReply({ provider: 'openai', hash }, 404)
  const status = path.startsWith('/failures/') ? /^status-([45]\d{2})$/.exec(model)?.[1] : undefined
  return status === undefined ? keyRefusal('openai', key) : errorReply({ provider: 'openai', hash }, Number(status))
}

function refuse(socket: Duplex, { status, headers, parts }: Reply): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n${lines.join('\r\n')}\r\n\r\n`)
  socket.end(Buffer.concat([...parts]))
}

function converse(socket: WebSocket, model: string, failing: boolean): void {
  let sent = 0
  const dieAfter = failing ? /^die-after-(\d+)$/.exec(model)?.[1] : undefined
  const conversation: Conversation = {
    model,
    session: { type: 'realtime', object: 'realtime.session', id: 'sess_test', model, output_modalities: ['text'] },
    texts: [],
    pendingBytes: 0,
    audioBytes: 0,
    dieAfter: Number(dieAfter ?? Infinity),
    send: (type, fields) => {
      sent += 1
      socket.send(JSON.stringify({ type, event_id: `event_${sent}`, ...fields }))
    },
    break: () => socket.terminate(),
  }
  conversation.send('session.created', { session: { ...conversation.session, expires_at: madeAt } })
  socket.on('message', (data) => hear(conversation, Buffer.isBuffer(data) ? data.toString() : ''))
}

function hear(conversation: Conversation, data: string): void {
  const event = parsed(data)
  const { send } = conversation
  const item = objectOf(event.item)
  switch (event.type) {
    case 'session.update':
      conversation.session = { ...conversation.session, ...objectOf(event.session), model: conversation.model }
      return send('session.updated', { session: conversation.session })
    case 'conversation.item.create':
      conversation.texts.push(...objectsOf(item.content).map(({ text }) => stringOf(text)))
      return addItem(conversation, item)
    case 'input_audio_buffer.append':
      conversation.pendingBytes += Buffer.from(stringOf(event.audio), 'base64').length
      return undefined
    case 'input_audio_buffer.commit':
      return commitAudio(conversation)
    case 'response.create':
      return respond(conversation, objectOf(event.response))
    default:
      return send('error', {
        error: { type: 'invalid_request_error', code: 'invalid_value', message: 'Unknown event.', param: 'type' },
      })
  }
}

function parsed(data: string): Json {
  try {
    const event: unknown = JSON.parse(data)
    return isJson(event) ? event : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function addItem({ send, texts }: Conversation, item: Json): void {
  const added = { id: `item_${texts.length}`, object: 'realtime.item', status: 'completed', ...item }
  send('conversation.item.added', { previous_item_id: null, item: added })
  send('conversation.item.done', { previous_item_id: null, item: added })
}

/** The text of what was heard is how many bytes it was. */
function commitAudio(conversation: Conversation): void {
  const bytes = conversation.pendingBytes
  conversation.pendingBytes = 0
  conversation.audioBytes += bytes
  conversation.texts.push(`${bytes} bytes of audio`)
  conversation.send('input_audio_buffer.committed', {
    previous_item_id: null,
    item_id: `item_${conversation.texts.length}`,
  })
  addItem(conversation, { type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] })
}

function respond(conversation: Conversation, asked: Json): void {
  const { texts, send } = conversation
  const told = objectsOf(listOf(asked.input).flatMap((item) => objectsOf(objectOf(item).content)))
  const all = [...texts, ...told.map(({ text }) => stringOf(text))]
  const instructions = stringOf(asked.instructions ?? conversation.session.instructions)
  const lastText = all.at(-1) ?? ''
  const answered = answer({
    ...plainAsk('', {}),
    texts: [instructions, ...all],
    lastText,
    maxTokens: numberOf(asked.max_output_tokens),
  })
  const audio = Math.ceil(conversation.audioBytes / audioBytesPerToken)
  const id = `resp_${hashOf(...all).slice(0, 24)}`
  const begun = { object: 'realtime.response', id, status: 'in_progress', output: [], output_modalities: ['text'] }
  const item = { id: `item_${id}`, object: 'realtime.item', type: 'message', role: 'assistant', status: 'in_progress' }
  const at = { response_id: id, item_id: item.id, output_index: 0, content_index: 0 }
  const whole = { ...item, status: 'completed', content: [{ type: 'output_text', text: answered.text }] }
  send('response.created', { response: { ...begun, usage: null } })
  send('response.output_item.added', { response_id: id, output_index: 0, item: { ...item, content: [] } })
  send('response.content_part.added', { ...at, part: { type: 'text', text: '' } })
  for (const [index, delta] of answered.pieces.entries()) {
    if (index === conversation.dieAfter) return conversation.break()
    send('response.output_text.delta', { ...at, delta })
  }
  send('response.output_text.done', { ...at, text: answered.text })
  send('response.content_part.done', { ...at, part: { type: 'text', text: answered.text } })
  send('response.output_item.done', { response_id: id, output_index: 0, item: whole })
  return send('response.done', {
    response: {
      ...begun,
      status: answered.finish === 'length' ? 'incomplete' : 'completed',
      output: [whole],
      usage: usageOf(answered.inputTokens, audio, answered.outputTokens),
    },
  })
}

function usageOf(text: number, audio: number, output: number): Json {
  return {
    total_tokens: text + audio + output,
    input_tokens: text + audio,
    output_tokens: output,
    input_token_details: { text_tokens: text, audio_tokens: audio, image_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: output, audio_tokens: 0 },
  }
}
