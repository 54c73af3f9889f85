import type { Usage } from '../../usage.ts'
import {
  type AnswerContext,
  type Delta,
  type FinishReason,
  newId,
  prefixedId,
  type RefusalPart,
  type Signature,
  type StreamWriter,
  type TextPart,
  type ToolCallPart,
} from '../conversation.ts'
import { type JsonObject, parsed } from '../json.ts'
import { serverSentEvent } from '../server-sent-event.ts'
import { writeResponse } from './answer.ts'
import {
  isCutOff,
  type ItemStatus,
  writeCallItem,
  writeMessageItem,
  writeMessagePart,
  writeReasoningItem,
} from './items.ts'

/** Numbers events, and keeps the items that are done for the object at the end. */
function createOutput() {
  const output: JsonObject[] = []
  let sequenceNumber = 0
  let nextIndex = 0

  function event(type: string, fields: JsonObject): string {
    return serverSentEvent({ type, ...fields, sequence_number: sequenceNumber++ }, type)
  }

  return {
    event,
    items: () => output,
    added(item: JsonObject): { index: number; written: string } {
      const index = nextIndex++
      return { index, written: event('response.output_item.added', { output_index: index, item }) }
    },
    done(index: number, item: JsonObject): string {
      output[index] = item
      return event('response.output_item.done', { output_index: index, item })
    },
  }
}

type Output = ReturnType<typeof createOutput>

/** The message being written: one item, with a part for text and one for a refusal. */
function createMessage(output: Output) {
  let open: { id: string; index: number; parts: (TextPart | RefusalPart)[] } | null = null

  const place = ({ id, index, parts }: NonNullable<typeof open>) => ({
    item_id: id,
    output_index: index,
    content_index: parts.length - 1,
  })

  function closePart(message: NonNullable<typeof open>): string {
    const part = message.parts.at(-1)
    if (!part) return ''
    const at = place(message)
    const done =
      part.kind === 'text'
        ? output.event('response.output_text.done', { ...at, text: part.text, logprobs: [] })
        : output.event('response.refusal.done', { ...at, refusal: part.text })
    return done + output.event('response.content_part.done', { ...at, part: writeMessagePart(part) })
  }

  function openPart(message: NonNullable<typeof open>, kind: 'text' | 'refusal') {
    const closed = closePart(message)
    const part = { kind, text: '' }
    message.parts.push(part)
    const added = { ...place(message), part: writeMessagePart(part) }
    return { part, written: closed + output.event('response.content_part.added', added) }
  }

  function close(status: ItemStatus = 'completed'): string {
    if (!open) return ''
    const { id, index, parts } = open
    const written = closePart(open) + output.done(index, writeMessageItem(id, parts, status))
    open = null
    return written
  }

  function add(kind: 'text' | 'refusal', text: string): string {
    let written = ''
    if (!open) {
      const id = newId('msg_')
      const added = output.added(writeMessageItem(id, [], 'in_progress'))
      written += added.written
      open = { id, index: added.index, parts: [] }
    }
    const last = open.parts.at(-1)
    const current = last?.kind === kind ? { part: last, written: '' } : openPart(open, kind)
    written += current.written
    current.part.text += text
    const fields = { ...place(open), delta: text }
    if (kind === 'refusal') return written + output.event('response.refusal.delta', fields)
    return written + output.event('response.output_text.delta', { ...fields, logprobs: [] })
  }

  return { add, close }
}

/** The thought being written: an item with one paragraph of summary. */
function createReasoning(output: Output) {
  let open: { id: string; index: number; text: string } | null = null

  function start(): { written: string; item: NonNullable<typeof open> } {
    if (open) return { written: '', item: open }
    const id = newId('rs_')
    const { index, written } = output.added(writeReasoningItem(id, { text: '' }))
    open = { id, index, text: '' }
    return { written, item: open }
  }

  function close(proof: { signature?: Signature; redacted?: boolean } = {}): string {
    if (!open) return ''
    const { id, index, text } = open
    const at = { item_id: id, output_index: index, summary_index: 0 }
    let written = ''
    if (text !== '') {
      written += output.event('response.reasoning_summary_text.done', { ...at, text })
      written += output.event('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } })
    }
    open = null
    return written + output.done(index, writeReasoningItem(id, { text, ...proof }))
  }

  return {
    close: () => close(),
    add(text: string): string {
      const { item, written: started } = start()
      const at = { item_id: item.id, output_index: item.index, summary_index: 0 }
      const part = { type: 'summary_text', text: '' }
      const added = item.text === '' ? output.event('response.reasoning_summary_part.added', { ...at, part }) : ''
      item.text += text
      return started + added + output.event('response.reasoning_summary_text.delta', { ...at, delta: text })
    },
    sign(proof: { signature: Signature; redacted: boolean }): string {
      return start().written + close(proof)
    },
  }
}

/** Calls of tools, each an item. They may overlap; one is closed early where its arguments are seen to be whole. */
function createCalls(output: Output) {
  const open = new Map<number, { itemId: string; index: number; call: Omit<ToolCallPart, 'kind'> }>()

  function closeIf(isDone: (call: Omit<ToolCallPart, 'kind'>) => boolean, status: ItemStatus): string {
    let written = ''
    for (const [number, { itemId, index, call }] of open) {
      if (!isDone(call)) continue
      open.delete(number)
      const at = { item_id: itemId, output_index: index }
      written += output.event('response.function_call_arguments.done', { ...at, arguments: call.arguments })
      written += output.done(index, writeCallItem(itemId, call, status))
    }
    return written
  }

  return {
    closeWhole: () => closeIf((call) => parsed(call.arguments) !== undefined, 'completed'),
    closeAll: (status: ItemStatus) => closeIf(() => true, status),
    start({ call: number, id, name }: Extract<Delta, { kind: 'toolCall' }>): string {
      const itemId = newId('fc_')
      const call = { id, name, arguments: '' }
      const { index, written } = output.added(writeCallItem(itemId, call, 'in_progress'))
      open.set(number, { itemId, index, call })
      return written
    },
    add({ call: number, text }: Extract<Delta, { kind: 'toolArguments' }>): string {
      const known = open.get(number)
      if (!known) return ''
      known.call.arguments += text
      const at = { item_id: known.itemId, output_index: known.index }
      return output.event('response.function_call_arguments.delta', { ...at, delta: text })
    },
  }
}

/** Writes the events of a response, each numbered, and the whole response at the end. */
export function createResponsesStreamWriter(context: AnswerContext): StreamWriter {
  const output = createOutput()
  const message = createMessage(output)
  const reasoning = createReasoning(output)
  const calls = createCalls(output)
  const createdAtSeconds = Math.floor(Date.now() / 1000)
  let id = ''
  let usage: Usage | null = null
  let finish: FinishReason = 'stop'

  function response(state: FinishReason | 'failed' | null): JsonObject {
    return writeResponse({ id, createdAtSeconds, finish: state, output: output.items(), usage }, context)
  }

  function start(upstreamId: string): string {
    if (id !== '') return ''
    id = prefixedId('resp_', upstreamId)
    const created = output.event('response.created', { response: response(null) })
    return created + output.event('response.in_progress', { response: response(null) })
  }

  /** Closes what is still open when the answer ends. */
  function close(status: ItemStatus): string {
    return reasoning.close() + message.close(status) + calls.closeWhole() + calls.closeAll(status)
  }

  function write(delta: Delta): string {
    switch (delta.kind) {
      case 'start':
        return start(delta.id)
      case 'text':
      case 'refusal':
        return start('') + reasoning.close() + calls.closeWhole() + message.add(delta.kind, delta.text)
      case 'thinking':
        return start('') + message.close() + calls.closeWhole() + reasoning.add(delta.text)
      case 'signature':
        return start('') + message.close() + calls.closeWhole() + reasoning.sign(delta)
      case 'toolCall':
        return start('') + message.close() + reasoning.close() + calls.closeWhole() + calls.start(delta)
      case 'toolArguments':
        return calls.add(delta)
      case 'finish':
        finish = delta.reason
        return start('') + close(isCutOff(finish) ? 'incomplete' : 'completed')
      case 'usage':
        usage = delta.usage
        return ''
      default:
        return fail(delta.message)
    }
  }

  function end(): string {
    const type = isCutOff(finish) ? 'response.incomplete' : 'response.completed'
    return output.event(type, { response: response(finish) })
  }

  function fail(text: string): string {
    return output.event('error', { code: 'server_error', message: text, param: null })
  }

  return { write, end, fail }
}
