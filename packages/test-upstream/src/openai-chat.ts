import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions'
import type { CompletionUsage } from 'openai/resources/completions'
import { answer, cachedTokensOf, contentText, type Answer, type Ask } from './answer.ts'
import { madeAt, providerHeaders, type Call } from './call.ts'
import { listOf, numberOf, objectOf, objectsOf, stringOf, type Json } from './json.ts'
import { silence } from './samples.ts'
import { openaiError } from './provider-errors.ts'
import { dataEvent, jsonReply, streamReply, type Reply } from './reply.ts'

const choicesMax = 128

export const streamEnd = Buffer.from('data: [DONE]\n\n')

/** POST chat/completions. A model with "reasoner" in its name thinks aloud in `reasoning_content`, as DeepSeek's does. */
export function chatCompletion(call: Call): Reply {
  const { body, hash, says } = call
  if (!Array.isArray(body.messages)) return missing(call, 'messages')
  const answered = answer(askOf(body), says)
  const shared = {
    id: `chatcmpl-${hash.slice(0, 29)}`,
    created: madeAt,
    model: stringOf(body.model),
    service_tier: tierOf(body.service_tier),
    system_fingerprint: 'fp_7e57',
  }
  const choices = Math.min(Math.max(numberOf(body.n) ?? 1, 1), choicesMax)
  const aloud = shared.model.includes('reasoner')
  const headers = providerHeaders('openai', hash)
  if (body.stream !== true) {
    const whole: ChatCompletion = {
      ...shared,
      object: 'chat.completion',
      choices: Array.from({ length: choices }, (_, index) => choiceOf(answered, index, call, aloud)),
      usage: usageOf(answered, choices),
    }
    return jsonReply(200, headers, whole)
  }
  const withUsage = objectOf(body.stream_options).include_usage === true
  const chunk = (chunkChoices: ChatCompletionChunk.Choice[]): Buffer => {
    const sent: ChatCompletionChunk = { ...shared, object: 'chat.completion.chunk', choices: chunkChoices }
    return dataEvent(withUsage ? { ...sent, usage: null } : sent)
  }
  const each = (make: (index: number) => ChatCompletionChunk.Choice) =>
    Array.from({ length: choices }, (_, index) => chunk([make(index)]))
  const first = each((index) => ({
    index,
    delta: { role: 'assistant', content: '', refusal: null },
    logprobs: null,
    finish_reason: null,
  }))
  const content = deltasOf(answered, call, aloud).flatMap((delta) =>
    each((index) => ({ index, delta, logprobs: null, finish_reason: null })),
  )
  const last = each((index) => ({ index, delta: {}, logprobs: null, finish_reason: finishOf(answered) }))
  if (withUsage)
    last.push(dataEvent({ ...shared, object: 'chat.completion.chunk', choices: [], usage: usageOf(answered, choices) }))
  return streamReply(headers, [...first, ...content, ...last, streamEnd], first.length, last.length + 1)
}

/** POST completions, the API of before chat. */
export function completion(call: Call): Reply {
  const { body, hash, says } = call
  const prompt = typeof body.prompt === 'string' ? body.prompt : listOf(body.prompt).map(stringOf).join(' ')
  const answered = answer(plainAsk(prompt, body), says)
  const shared = {
    id: `cmpl-${hash.slice(0, 29)}`,
    object: 'text_completion',
    created: madeAt,
    model: stringOf(body.model),
    system_fingerprint: 'fp_7e57',
  }
  const choice = (text: string, finished: boolean) => ({
    text,
    index: 0,
    logprobs: null,
    finish_reason: finished ? answered.finish : null,
  })
  const headers = providerHeaders('openai', hash)
  const usage = usageOf(answered, 1)
  if (body.stream !== true) return jsonReply(200, headers, { ...shared, choices: [choice(answered.text, true)], usage })
  const withUsage = objectOf(body.stream_options).include_usage === true
  const chunk = (text: string, finished: boolean) =>
    dataEvent({ ...shared, choices: [choice(text, finished)], ...(withUsage ? { usage: null } : {}) })
  const last = [chunk('', true), ...(withUsage ? [dataEvent({ ...shared, choices: [], usage })] : []), streamEnd]
  const content = answered.pieces.map((piece) => chunk(piece, false))
  return streamReply(headers, [...content, ...last], 0, last.length)
}

export function missing({ hash }: Call, parameter: string): Reply {
  const message = `Missing required parameter: '${parameter}'.`
  const error = openaiError(message, 'invalid_request_error', 'missing_required_parameter', parameter)
  return jsonReply(400, providerHeaders('openai', hash), error)
}

/** A question that is nothing but a text. */
export function plainAsk(text: string, body: Json): Ask {
  return {
    texts: [text],
    lastText: text,
    images: 0,
    audios: 0,
    maxTokens: numberOf(body.max_tokens),
    stops: typeof body.stop === 'string' ? [body.stop] : listOf(body.stop).map(stringOf),
    tools: [],
    toolChoice: 'auto',
    thinking: false,
    search: false,
  }
}

function askOf(body: Json): Ask {
  const messages = objectsOf(body.messages)
  const parts = messages.flatMap(({ content }) => objectsOf(content))
  const last = messages.at(-1)
  const format = objectOf(body.response_format)
  const tools = objectsOf(body.tools).map(({ function: tool }) => objectOf(tool))
  const calls = messages.flatMap((message) => objectsOf(message.tool_calls)).map((call) => objectOf(call.function))
  return {
    ...plainAsk('', body),
    texts: [
      ...messages.map(({ content }) => contentText(content)),
      ...calls.map((call) => `${stringOf(call.name)} ${stringOf(call.arguments)}`),
      ...tools.map((tool) => JSON.stringify(tool)),
    ],
    lastText: contentText(messages.findLast(({ role }) => role === 'user')?.content),
    toolResult: last?.role === 'tool' ? contentText(last.content) : undefined,
    images: parts.filter(({ type }) => type === 'image_url').length,
    audios: parts.filter(({ type }) => type === 'input_audio').length,
    maxTokens: numberOf(body.max_completion_tokens) ?? numberOf(body.max_tokens),
    tools: tools.map(({ name, parameters }) => ({ name: stringOf(name), schema: parameters })),
    toolChoice: toolChoiceOf(body.tool_choice),
    json: stringOf(format.type).startsWith('json') ? { schema: objectOf(format.json_schema).schema } : undefined,
    thinking: thinks(body.reasoning_effort) || stringOf(body.model).includes('reasoner'),
    search: body.web_search_options !== undefined,
    speak: listOf(body.modalities).includes('audio'),
  }
}

export function thinks(effort: unknown): boolean {
  return typeof effort === 'string' && effort !== 'none'
}

function toolChoiceOf(choice: unknown): Ask['toolChoice'] {
  if (choice === 'none' || choice === 'required') return choice
  const { function: named } = objectOf(choice)
  return named === undefined ? 'auto' : { name: stringOf(objectOf(named).name) }
}

/** The tier that served a request which asked for this one. */
export function tierOf(asked: unknown): 'default' | 'flex' | 'priority' {
  return asked === 'flex' || asked === 'priority' ? asked : 'default'
}

function finishOf({ finish }: Answer): 'stop' | 'length' | 'tool_calls' {
  return finish === 'tool' ? 'tool_calls' : finish
}

function choiceOf(answered: Answer, index: number, { hash }: Call, aloud: boolean): ChatCompletion.Choice {
  const toolCalls = answered.toolCalls.map((call, at) => ({
    id: toolCallId(hash, at),
    type: 'function' as const,
    function: call,
  }))
  const spoken = answered.audioOutputTokens > 0
  const audio = { id: `audio_${hash.slice(0, 24)}`, data: silence.toString('base64'), expires_at: madeAt + 3600 }
  return {
    index,
    message: {
      role: 'assistant',
      content: toolCalls.length > 0 || spoken ? null : answered.text,
      ...(aloud ? { reasoning_content: answered.thinking.join('') } : {}),
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
      ...(spoken ? { audio: { ...audio, transcript: answered.text } } : {}),
      refusal: null,
      annotations: [],
    },
    logprobs: null,
    finish_reason: finishOf(answered),
  }
}

/** `reasoning_content` is not OpenAI's own, yet many providers that speak like OpenAI send it. */
type Delta = ChatCompletionChunk.Choice.Delta & { reasoning_content?: string }

function deltasOf(answered: Answer, { hash }: Call, aloud: boolean): Delta[] {
  const thoughts = aloud ? answered.thinking.map((piece) => ({ reasoning_content: piece })) : []
  const calls = answered.toolCalls.flatMap(({ name, arguments: written }, index) => [
    {
      tool_calls: [
        { index, id: toolCallId(hash, index), type: 'function' as const, function: { name, arguments: '' } },
      ],
    },
    ...halves(written).map((half) => ({ tool_calls: [{ index, function: { arguments: half } }] })),
  ])
  return [...thoughts, ...answered.pieces.map((content) => ({ content })), ...calls]
}

/** Arguments of a tool come in two pieces, so that whoever reads them has to join them. */
export function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}

export function toolCallId(hash: string, index: number): string {
  return `call_${hash.slice(index, index + 24)}`
}

function usageOf(answered: Answer, choices: number): CompletionUsage {
  const output = answered.outputTokens * choices
  return {
    prompt_tokens: answered.inputTokens,
    completion_tokens: output,
    total_tokens: answered.inputTokens + output,
    prompt_tokens_details: {
      cached_tokens: cachedTokensOf(answered.inputTokens),
      audio_tokens: answered.audioInputTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: answered.thinkingTokens * choices,
      audio_tokens: answered.audioOutputTokens * choices,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
