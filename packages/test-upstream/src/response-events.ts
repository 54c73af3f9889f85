import type { ResponseOutputItem } from 'openai/resources/responses/responses'
import { halves } from './openai-chat.ts'
import type { ResponseBody } from './stored-response.ts'

interface Event {
  type: string
  [field: string]: unknown
}

/** The events in which a response comes when it is streamed. */
export function responseEvents(whole: ResponseBody, pieces: string[]): (Event & { sequence_number: number })[] {
  const begun = {
    ...whole,
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  }
  const events: Event[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...whole.output.flatMap((item, index) => itemEvents(item, index, pieces)),
    { type: `response.${whole.status ?? 'completed'}`, response: whole },
  ]
  return events.map((event, index) => Object.assign(event, { sequence_number: index }))
}

function itemEvents(item: ResponseOutputItem, output_index: number, pieces: string[]): Event[] {
  const done = { type: 'response.output_item.done', output_index, item }
  const at = { item_id: item.id, output_index }
  const added = (begun: object) => ({ type: 'response.output_item.added', output_index, item: { ...item, ...begun } })
  switch (item.type) {
    case 'message':
      return [added({ status: 'in_progress', content: [] }), ...textEvents(item.content, at, pieces), done]
    case 'function_call':
      return [
        added({ status: 'in_progress', arguments: '' }),
        ...halves(item.arguments).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta })),
        { type: 'response.function_call_arguments.done', ...at, arguments: item.arguments, name: item.name },
        done,
      ]
    case 'reasoning':
      return [added({ summary: [] }), ...item.summary.flatMap((part) => summaryEvents(part, at)), done]
    case 'web_search_call':
      return [
        added({ status: 'in_progress' }),
        { type: 'response.web_search_call.in_progress', ...at },
        { type: 'response.web_search_call.searching', ...at },
        { type: 'response.web_search_call.completed', ...at },
        done,
      ]
    default:
      return [added({}), done]
  }
}

function textEvents(content: object[], item: object, pieces: string[]): Event[] {
  const at = { ...item, content_index: 0 }
  const empty = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  return [
    { type: 'response.content_part.added', ...at, part: empty },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: pieces.join(''), logprobs: [] },
    { type: 'response.content_part.done', ...at, part: content[0] },
  ]
}

function summaryEvents(part: { type: string; text: string }, item: object): Event[] {
  const at = { ...item, summary_index: 0 }
  return [
    { type: 'response.reasoning_summary_part.added', ...at, part: { ...part, text: '' } },
    ...halves(part.text).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
    { type: 'response.reasoning_summary_text.done', ...at, text: part.text },
    { type: 'response.reasoning_summary_part.done', ...at, part },
  ]
}
