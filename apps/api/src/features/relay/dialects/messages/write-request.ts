import type { Conversation, Turn } from '../conversation.ts'
import { type JsonObject, withoutUndefined } from '../json.ts'
import { budgetOf, effortOf } from '../thinking.ts'
import { writeBlocks } from './content.ts'

/** Anthropic wants a limit. This one every model of theirs takes; thoughts come on top. */
const defaultMaxTokens = 4096
/** The fewest tokens Anthropic lets a model think with. */
const leastBudgetTokens = 1024

/** Claude before 4.6 thinks with a budget, later models as they see fit; others who speak this dialect know the budget. */
function thinksAdaptively(model: string): boolean {
  return (
    model.startsWith('claude-') &&
    !/^claude-(?:[23]|instant|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-20\d{6}|-latest|@|$))/.test(model)
  )
}

/** After a tool call, Claude goes on thinking only if it is shown the thought that led to it. */
function lacksThought(turns: Turn[]): boolean {
  const last = turns.findLast((turn) => turn.role === 'assistant')
  if (!last?.parts.some((part) => part.kind === 'toolCall')) return false
  return !last.parts.some((part) => part.kind === 'thinking' && part.signature?.by === 'messages')
}

/** How it shall think. Where limit, forced tool or missing thought forbid it, the answer is more important than the thinking. */
function writeThinking(conversation: Conversation): { thinking?: JsonObject; effort?: string; budgetTokens: number } {
  const { thinking, model, maxTokens, toolChoice, turns } = conversation
  if (!thinking) return { budgetTokens: 0 }
  const display = thinking.isShown ? {} : { display: 'omitted' }
  if (thinksAdaptively(model)) {
    const effort = effortOf(thinking)
    if (effort === 'none') return { thinking: { type: 'disabled' }, budgetTokens: 0 }
    return {
      thinking: { type: 'adaptive', ...display },
      effort: effort === 'minimal' ? 'low' : effort,
      budgetTokens: budgetOf(thinking) ?? 0,
    }
  }
  const wanted = budgetOf(thinking) ?? 0
  const budgetTokens = maxTokens === undefined ? wanted : Math.min(wanted, maxTokens - 1)
  const isForced = toolChoice?.kind === 'required' || toolChoice?.kind === 'one'
  if (budgetTokens < leastBudgetTokens || isForced || lacksThought(turns)) return { budgetTokens: 0 }
  return { thinking: { type: 'enabled', budget_tokens: budgetTokens }, budgetTokens }
}

function writeSystem({ system, turns, responseFormat }: Conversation): JsonObject[] {
  // Not every model takes instructions in mid-conversation, so later ones join the first.
  const later = turns.filter((turn) => turn.role === 'system').flatMap((turn) => turn.parts)
  const blocks = [...system, ...later].flatMap((part) => writeBlocks(part, { path: 'system' }))
  if (responseFormat?.kind === 'json')
    blocks.push({ type: 'text', text: 'Answer with one JSON object and nothing else, without a code fence.' })
  return blocks
}

function writeMessages(turns: Turn[]): JsonObject[] {
  const messages: { role: string; content: JsonObject[] }[] = []
  for (const turn of turns) {
    if (turn.role === 'system') continue
    const content = turn.parts.flatMap((part) => writeBlocks(part, turn))
    if (content.length === 0) continue
    const last = messages.at(-1)
    // Results must open the message after the calls, and roles alternate.
    if (last?.role === turn.role) for (const block of content) last.content.push(block)
    else messages.push({ role: turn.role, content })
  }
  const last = messages.at(-1)
  const text = last?.role === 'assistant' ? last.content.at(-1) : undefined
  // An answer begun by the client may not end in white space.
  if (typeof text?.text === 'string') text.text = text.text.trimEnd()
  return messages
}

function writeToolChoice({ tools, toolChoice, parallelToolCalls }: Conversation): JsonObject | undefined {
  if (tools.length === 0) return undefined
  const serial = parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: !parallelToolCalls }
  if (!toolChoice) return parallelToolCalls === undefined ? undefined : { type: 'auto', ...serial }
  switch (toolChoice.kind) {
    case 'none':
      return { type: 'none' }
    case 'one':
      return { type: 'tool', name: toolChoice.name, ...serial }
    case 'required':
      return { type: 'any', ...serial }
    default:
      return { type: 'auto', ...serial }
  }
}

/** Sampling as Anthropic allows it: up to 1, by one of the two measures, and not at all while thinking. */
function writeSampling({ temperature, topP, topK }: Conversation, isThinking: boolean): JsonObject {
  if (isThinking) return {}
  if (temperature !== undefined) return { temperature: Math.min(temperature, 1), top_k: topK }
  return { top_p: topP, top_k: topK }
}

function writeServiceTier(tier: string | undefined): string | undefined {
  if (tier === 'default') return 'standard_only'
  return tier === 'auto' ? tier : undefined
}

/** Writes a request for a message of Anthropic's API. */
export function writeMessagesRequest(conversation: Conversation): JsonObject {
  const { model, tools, stream, maxTokens, stop, user, responseFormat } = conversation
  const { thinking, effort, budgetTokens } = writeThinking(conversation)
  const system = writeSystem(conversation)
  const format = responseFormat?.kind === 'schema' ? { type: 'json_schema', schema: responseFormat.schema } : undefined
  return withoutUndefined({
    model,
    max_tokens: maxTokens ?? defaultMaxTokens + budgetTokens,
    system: system.length > 0 ? system : undefined,
    messages: writeMessages(conversation.turns),
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, schema, strict }) =>
            withoutUndefined({ name, description, input_schema: { type: 'object', ...schema }, strict }),
          ),
    tool_choice: writeToolChoice(conversation),
    thinking,
    output_config: effort || format ? withoutUndefined({ effort, format }) : undefined,
    ...writeSampling(conversation, thinking !== undefined && thinking.type !== 'disabled'),
    stop_sequences: stop,
    metadata: user === undefined ? undefined : { user_id: user },
    service_tier: writeServiceTier(conversation.serviceTier),
    stream: stream || undefined,
  })
}
