import {
  type Answer,
  type AnswerContext,
  type AnswerPart,
  type FinishReason,
  joinedText,
  newId,
  prefixedId,
} from '../conversation.ts'
import { unreadable } from '../dialect-error.ts'
import { isObject, type JsonObject, objectAt, objectsOf, textOf } from '../json.ts'
import { looseText, writeChatToolCall } from './content.ts'
import { readReasoningDetails, thinkingText, writeReasoningDetail } from './reasoning.ts'
import { readChatUsage, writeChatUsage } from './usage.ts'

/** Some upstreams say they stopped although they called a tool, or use words of their own. */
export function readChatFinish(reason: unknown, calledTool: boolean, refusedToAnswer: boolean): FinishReason {
  if (reason === 'length' || reason === 'content_filter') return reason
  if (calledTool) return 'tool_calls'
  return refusedToAnswer ? 'refusal' : 'stop'
}

/** OpenAI has no reason for a refusal: it stops, and says so in `refusal`. */
export function writeChatFinish(finish: FinishReason, saidRefusal: boolean): string {
  if (finish !== 'refusal') return finish
  return saidRefusal ? 'stop' : 'content_filter'
}

function readThinking(message: JsonObject): AnswerPart[] {
  const details = readReasoningDetails(message.reasoning_details, 'chat')
  if (details.length > 0) return details
  const text = thinkingText(message)
  return text === '' ? [] : [{ kind: 'thinking', text }]
}

export function readChatAnswer(body: JsonObject): Answer {
  const choice = objectsOf(body.choices)[0]
  if (!choice || !isObject(choice.message)) throw unreadable('an answer without a message')
  const { message } = choice
  const parts = readThinking(message)
  const text = looseText(message.content)
  if (text !== '') parts.push({ kind: 'text', text })
  const refusal = textOf(message.refusal)
  if (refusal !== '') parts.push({ kind: 'refusal', text: refusal })
  const calls = objectsOf(message.tool_calls)
  for (const call of calls) {
    const called = objectAt(call, 'function')
    const signature = objectAt(objectAt(call, 'extra_content'), 'google').thought_signature
    parts.push({
      kind: 'toolCall',
      id: textOf(call.id) || newId('call_'),
      name: textOf(called.name),
      arguments: textOf(called.arguments),
      ...(typeof signature === 'string' && { signature: { by: 'gemini', value: signature } }),
    })
  }
  return {
    id: textOf(body.id),
    parts,
    finish: readChatFinish(choice.finish_reason, calls.length > 0, refusal !== ''),
    stopSequence: null,
    usage: readChatUsage(body),
  }
}

function writeMessage({ parts }: Answer): JsonObject {
  const text = joinedText(parts)
  const refusal = parts.filter((part) => part.kind === 'refusal').map((part) => part.text)
  const calls = parts.filter((part) => part.kind === 'toolCall')
  const thoughts = parts.filter((part) => part.kind === 'thinking')
  const thinking = thoughts.map((part) => part.text).join('')
  return {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal.length > 0) ? null : text,
    refusal: refusal.length > 0 ? refusal.join('') : null,
    annotations: [],
    ...(thinking !== '' && { reasoning_content: thinking }),
    ...(thoughts.some((part) => part.signature) && { reasoning_details: thoughts.map(writeReasoningDetail) }),
    ...(calls.length > 0 && { tool_calls: calls.map(writeChatToolCall) }),
  }
}

export function writeChatAnswer(answer: Answer, context: AnswerContext): JsonObject {
  const saidRefusal = answer.parts.some((part) => part.kind === 'refusal')
  return {
    id: prefixedId('chatcmpl-', answer.id),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: context.model,
    choices: [
      {
        index: 0,
        message: writeMessage(answer),
        logprobs: null,
        finish_reason: writeChatFinish(answer.finish, saidRefusal),
      },
    ],
    ...(answer.usage && { usage: writeChatUsage(answer.usage) }),
  }
}
