import type { Message, RawMessageStreamEvent, Usage } from '@anthropic-ai/sdk/resources/messages'
import { answer, contentText, type Answer, type Ask } from './answer.ts'
import { providerHeaders, type Call } from './call.ts'
import { listOf, numberOf, objectOf, objectsOf, stringOf, type Json } from './json.ts'
import { halves } from './openai-chat.ts'
import { errorReply } from './provider-errors.ts'
import { jsonReply, namedEvent, streamReply, type Reply } from './reply.ts'
import { countTokens } from './tokens.ts'

/** POST messages. System texts marked for caching are taken to be read from the cache, other marked texts to be written to it. */
export function message(call: Call): Reply {
  const { body, hash, says } = call
  const refusal = refusalOf(call)
  if (refusal !== undefined) return errorReply(call, 400, refusal)
  const answered = answer(askOf(body), says)
  const headers = providerHeaders('anthropic', hash)
  const usage = usageOf(answered, body)
  const whole: Message = {
    id: `msg_01${hash.slice(0, 22)}`,
    type: 'message',
    role: 'assistant',
    model: stringOf(body.model),
    content: contentOf(answered, hash),
    stop_reason: stopReasonOf(answered),
    stop_sequence: answered.stopSequence,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage,
  }
  return body.stream === true ? messageStream(whole, answered, headers) : jsonReply(200, headers, whole)
}

/** POST messages/count_tokens. */
export function countMessageTokens({ body, hash }: Call): Reply {
  return jsonReply(200, providerHeaders('anthropic', hash), { input_tokens: answer(askOf(body)).inputTokens })
}

function refusalOf({ body, headers }: Call): string | undefined {
  if (headers['anthropic-version'] === undefined) return 'anthropic-version: header is required'
  if (numberOf(body.max_tokens) === undefined) return 'max_tokens: Field required'
  return Array.isArray(body.messages) ? undefined : 'messages: Field required'
}

function askOf(body: Json): Ask {
  const messages = objectsOf(body.messages)
  const last = messages.at(-1)
  const said = messages.findLast(({ role, content }) => role === 'user' && contentText(content) !== '')
  const result = objectsOf(last?.content).findLast(({ type }) => type === 'tool_result')
  const tools = objectsOf(body.tools)
  const searches = ({ type }: Json) => stringOf(type).startsWith('web_search')
  const thinking = stringOf(objectOf(body.thinking).type)
  return {
    texts: [
      contentText(body.system),
      ...messages.map(({ content }) => contentText(content) + workOf(content)),
      ...tools.map((tool) => JSON.stringify(tool)),
    ],
    lastText: contentText(said?.content),
    toolResult: result && contentText(result.content),
    images: messages.flatMap(({ content }) => objectsOf(content)).filter(({ type }) => type === 'image').length,
    audios: 0,
    maxTokens: numberOf(body.max_tokens),
    stops: listOf(body.stop_sequences).map(stringOf),
    tools: tools
      .filter((tool) => !searches(tool))
      .map((tool) => ({ name: stringOf(tool.name), schema: tool.input_schema })),
    toolChoice: toolChoiceOf(objectOf(body.tool_choice)),
    thinking: thinking !== '' && thinking !== 'disabled',
    search: tools.some(searches),
  }
}

/** What was called and what came of it, which is part of the prompt too. */
function workOf(content: unknown): string {
  return objectsOf(content)
    .map(({ type, name, input, content: result }) => {
      if (type === 'tool_use') return ` ${stringOf(name)} ${JSON.stringify(input)}`
      return type === 'tool_result' ? ` ${contentText(result)}` : ''
    })
    .join('')
}

function toolChoiceOf({ type, name }: Json): Ask['toolChoice'] {
  if (type === 'tool') return { name: stringOf(name) }
  if (type === 'any') return 'required'
  return type === 'none' ? 'none' : 'auto'
}

function stopReasonOf({ finish, stopSequence }: Answer): Message['stop_reason'] {
  if (finish === 'tool') return 'tool_use'
  if (finish === 'length') return 'max_tokens'
  return stopSequence === null ? 'end_turn' : 'stop_sequence'
}

function contentOf({ thinking, text, toolCalls }: Answer, hash: string): Message['content'] {
  const signature = Buffer.from(hash).toString('base64')
  return [
    ...(thinking.length > 0 ? [{ type: 'thinking' as const, thinking: thinking.join(''), signature }] : []),
    ...(text === '' ? [] : [{ type: 'text' as const, text, citations: null }]),
    ...toolCalls.map((call, index) => ({
      type: 'tool_use' as const,
      id: `toolu_01${hash.slice(index, index + 22)}`,
      name: call.name,
      input: JSON.parse(call.arguments) as unknown,
      caller: { type: 'direct' as const },
    })),
  ]
}

function usageOf(answered: Answer, body: Json): Usage {
  const read = markedTokens(objectsOf(body.system))
  const written = markedTokens(objectsOf(body.messages).flatMap(({ content }) => objectsOf(content)))
  return {
    input_tokens: answered.inputTokens - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: written, ephemeral_1h_input_tokens: 0 },
    output_tokens: answered.outputTokens,
    output_tokens_details: answered.thinkingTokens > 0 ? { thinking_tokens: answered.thinkingTokens } : null,
    server_tool_use: answered.searches > 0 ? { web_search_requests: answered.searches, web_fetch_requests: 0 } : null,
    service_tier: 'standard',
    inference_geo: null,
    speed: null,
  }
}

function markedTokens(blocks: Json[]): number {
  const marked = blocks.filter((block) => objectOf(block.cache_control).type === 'ephemeral')
  return marked.reduce((sum, { text }) => sum + countTokens(stringOf(text)), 0)
}

function messageStream(whole: Message, answered: Answer, headers: Record<string, string>): Reply {
  const { usage, stop_reason, stop_sequence, content } = whole
  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = usage
  const start: RawMessageStreamEvent = {
    type: 'message_start',
    message: { ...whole, content: [], stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
  }
  const end: RawMessageStreamEvent = {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence, container: null, stop_details: null },
    usage: {
      input_tokens,
      output_tokens,
      cache_creation_input_tokens,
      cache_read_input_tokens,
      output_tokens_details: usage.output_tokens_details,
      server_tool_use: usage.server_tool_use,
    },
  }
  const blocks = content.flatMap((block, index) => blockEvents(block, index, answered)).map(namedEvent)
  const ping = namedEvent({ type: 'ping' })
  const [first, ...others] = blocks
  const opened = first ? [namedEvent(start), first, ping] : [namedEvent(start), ping]
  const parts = [...opened, ...others, namedEvent(end), namedEvent({ type: 'message_stop' })]
  return streamReply(headers, parts, opened.length, 2)
}

function blockEvents(block: Message['content'][number], index: number, answered: Answer): RawMessageStreamEvent[] {
  const stop = { type: 'content_block_stop', index } as const
  const delta = (part: Extract<RawMessageStreamEvent, { type: 'content_block_delta' }>['delta']) =>
    ({ type: 'content_block_delta', index, delta: part }) as const
  if (block.type === 'thinking')
    return [
      { type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '', signature: '' } },
      ...answered.thinking.map((thinking) => delta({ type: 'thinking_delta', thinking })),
      delta({ type: 'signature_delta', signature: block.signature }),
      stop,
    ]
  if (block.type === 'tool_use')
    return [
      { type: 'content_block_start', index, content_block: { ...block, input: {} } },
      delta({ type: 'input_json_delta', partial_json: '' }),
      ...halves(JSON.stringify(block.input)).map((half) => delta({ type: 'input_json_delta', partial_json: half })),
      stop,
    ]
  return [
    { type: 'content_block_start', index, content_block: { type: 'text', text: '', citations: null } },
    ...answered.pieces.map((text) => delta({ type: 'text_delta', text })),
    stop,
  ]
}
