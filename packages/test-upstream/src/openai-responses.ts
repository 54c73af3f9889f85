import type { ResponseOutputItem } from 'openai/resources/responses/responses'
import { answer, cachedTokensOf, contentText, type Answer, type Ask } from './answer.ts'
import { madeAt, providerHeaders, type Call } from './call.ts'
import { isJson, numberOf, objectOf, objectsOf, stringOf, type Json } from './json.ts'
import { missing, plainAsk, thinks, tierOf, toolCallId } from './openai-chat.ts'
import { openaiError } from './provider-errors.ts'
import { jsonReply, namedEvent, streamReply, type Reply } from './reply.ts'
import { responseEvents } from './response-events.ts'
import type { ResponseBody, StoredResponse } from './stored-response.ts'

const storedMax = 200

/** POST responses, GET and DELETE responses/:id, POST responses/:id/cancel, GET responses/:id/input_items. */
export function responses(call: Call): Reply {
  const [, , , id, action] = call.path.split('/')
  if (id === undefined) return call.method === 'POST' ? create(call) : missing(call, 'input')
  const stored = call.responses.get(id)
  const headers = providerHeaders('openai', call.hash)
  if (!stored) return jsonReply(404, headers, openaiError(`Response with id '${id}' not found.`))
  if (action === 'input_items') return jsonReply(200, headers, inputItems(stored))
  if (action === 'cancel') return cancel(stored, headers)
  if (call.method === 'DELETE') {
    call.responses.delete(id)
    return jsonReply(200, headers, { id, object: 'response', deleted: true })
  }
  if (stored.status === 'queued') stored.status = 'done'
  if (call.query.get('stream') !== 'true') return jsonReply(200, headers, shown(stored))
  return streamOf(stored, headers, Number(call.query.get('starting_after') ?? -1))
}

function create(call: Call): Reply {
  const { body, hash, says } = call
  const headers = providerHeaders('openai', hash)
  if (body.input === undefined) return missing(call, 'input')
  const previous = call.responses.get(stringOf(body.previous_response_id))
  if (isGiven(body.previous_response_id) && !previous) {
    const message = `Previous response with id '${stringOf(body.previous_response_id)}' not found.`
    const error = openaiError(message, 'invalid_request_error', 'previous_response_not_found', 'previous_response_id')
    return jsonReply(400, headers, error)
  }
  const ask = askOf(body, previous)
  const answered = answer(ask, says)
  const whole = responseOf(call, answered)
  const stored: StoredResponse = {
    whole,
    status: body.background === true ? 'queued' : 'done',
    input: itemsOf(body.input).map((item, index) => ({ id: `msg_${hash.slice(index, index + 40)}`, ...item })),
    texts: [...ask.texts, answered.text],
    pieces: answered.pieces,
  }
  if (body.store !== false) store(call.responses, stored)
  return body.stream === true ? streamOf(stored, headers, -1) : jsonReply(200, headers, shown(stored))
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function store(all: Map<string, StoredResponse>, stored: StoredResponse): void {
  const [oldest] = all.keys()
  if (all.size >= storedMax && oldest !== undefined) all.delete(oldest)
  all.set(stored.whole.id, stored)
}

function shown({ whole, status }: StoredResponse): ResponseBody {
  return status === 'done' ? whole : { ...whole, status, output: [], usage: undefined, completed_at: null }
}

function cancel(stored: StoredResponse, headers: Record<string, string>): Reply {
  if (stored.whole.background !== true)
    return jsonReply(400, headers, openaiError('Cannot cancel a synchronous response.'))
  if (stored.status === 'queued') stored.status = 'cancelled'
  return jsonReply(200, headers, shown(stored))
}

function inputItems({ input }: StoredResponse): Json {
  return { object: 'list', data: input, first_id: input.at(0)?.id, last_id: input.at(-1)?.id, has_more: false }
}

function streamOf({ whole, pieces }: StoredResponse, headers: Record<string, string>, after: number): Reply {
  const events = responseEvents(whole, pieces).slice(after + 1)
  const isDelta = ({ type }: { type: string }) => type.endsWith('.delta')
  const last = events.findLastIndex(isDelta)
  return streamReply(headers, events.map(namedEvent), events.findIndex(isDelta), events.length - last - 1)
}

function itemsOf(input: unknown): Json[] {
  if (typeof input !== 'string') return objectsOf(input)
  return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
}

function askOf(body: Json, previous: StoredResponse | undefined): Ask {
  const items = itemsOf(body.input)
  const last = items.at(-1)
  const parts = items.flatMap(({ content }) => objectsOf(content))
  const tools = objectsOf(body.tools)
  const functions = tools.filter(({ type }) => type === 'function')
  const format = objectOf(objectOf(body.text).format)
  return {
    ...plainAsk('', {}),
    texts: [
      ...(previous?.texts ?? []),
      stringOf(body.instructions),
      ...items.map(textOf),
      ...tools.map((tool) => JSON.stringify(tool)),
    ],
    lastText: contentText(items.findLast(({ role }) => role === 'user')?.content),
    toolResult: last?.type === 'function_call_output' ? contentText(last.output) : undefined,
    images: parts.filter(({ type }) => type === 'input_image').length,
    audios: parts.filter(({ type }) => type === 'input_audio').length,
    maxTokens: numberOf(body.max_output_tokens),
    tools: functions.map(({ name, parameters }) => ({ name: stringOf(name), schema: parameters })),
    toolChoice: toolChoiceOf(body.tool_choice),
    json: stringOf(format.type).startsWith('json') ? { schema: format.schema } : undefined,
    thinking: thinks(objectOf(body.reasoning).effort),
    search: tools.some(({ type }) => stringOf(type).startsWith('web_search')),
  }
}

function textOf({ content, name, arguments: written, output }: Json): string {
  const work = [name, written].filter((text) => typeof text === 'string')
  return [contentText(content), contentText(output), ...work].filter((text) => text !== '').join(' ')
}

function toolChoiceOf(choice: unknown): Ask['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice
  return isJson(choice) && choice.type === 'function' ? { name: stringOf(choice.name) } : 'auto'
}

function responseOf({ body, hash }: Call, answered: Answer): ResponseBody {
  const incomplete = answered.finish === 'length'
  const { inputTokens, outputTokens, thinkingTokens } = answered
  return {
    id: `resp_${hash}`,
    object: 'response',
    created_at: madeAt,
    completed_at: madeAt,
    status: incomplete ? 'incomplete' : 'completed',
    background: body.background === true,
    error: null,
    incomplete_details: incomplete ? { reason: 'max_output_tokens' } : null,
    instructions: typeof body.instructions === 'string' ? body.instructions : null,
    max_output_tokens: numberOf(body.max_output_tokens) ?? null,
    model: stringOf(body.model),
    output: outputOf(answered, hash, incomplete),
    parallel_tool_calls: body.parallel_tool_calls !== false,
    previous_response_id: isGiven(body.previous_response_id) ? stringOf(body.previous_response_id) : null,
    reasoning: { effort: null, summary: null, ...objectOf(body.reasoning) },
    service_tier: tierOf(body.service_tier),
    temperature: numberOf(body.temperature) ?? 1,
    text: { format: { type: 'text' }, ...objectOf(body.text) },
    tool_choice: typeof body.tool_choice === 'string' ? choiceNamed(body.tool_choice) : 'auto',
    tools: [],
    top_p: numberOf(body.top_p) ?? 1,
    truncation: 'disabled',
    metadata: {},
    access_programs: null,
    ...(isJson(body.metadata) ? { metadata: stringsOf(body.metadata) } : {}),
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cachedTokensOf(inputTokens), cache_write_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: thinkingTokens },
      total_tokens: inputTokens + outputTokens,
    },
  }
}

function choiceNamed(choice: string): 'auto' | 'none' | 'required' {
  return choice === 'none' || choice === 'required' ? choice : 'auto'
}

function stringsOf(values: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, stringOf(value)]))
}

function outputOf(answered: Answer, hash: string, incomplete: boolean): ResponseOutputItem[] {
  const { thinking, text, toolCalls, searches } = answered
  const output: ResponseOutputItem[] = toolCalls.map((call, index) => ({
    id: `fc_${hash.slice(index)}`,
    type: 'function_call',
    status: 'completed',
    call_id: toolCallId(hash, index),
    ...call,
  }))
  if (toolCalls.length === 0)
    output.push({
      id: `msg_${hash}`,
      type: 'message',
      role: 'assistant',
      status: incomplete ? 'incomplete' : 'completed',
      content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
    })
  if (searches > 0)
    output.unshift({
      id: `ws_${hash}`,
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: 'search the web', queries: ['search the web'] },
    })
  if (thinking.length > 0)
    output.unshift({
      id: `rs_${hash}`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: thinking.join('') }],
    })
  return output
}
