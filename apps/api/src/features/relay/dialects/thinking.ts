import { type Effort, efforts, type Thinking } from './conversation.ts'
import { refused } from './dialect-error.ts'

/** Google's own table for its OpenAI-compatible endpoint; used towards every provider that wants a number of tokens. */
const budgets: Record<Effort, number> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}

export function readEffort(value: unknown, path: string): Effort {
  const effort = efforts.find((known) => known === value)
  if (!effort) throw refused(path, `must be one of ${efforts.join(', ')}.`)
  return effort
}

/** The tokens to think with; undefined leaves it to the model. */
export function budgetOf({ budgetTokens, effort }: Thinking): number | undefined {
  return budgetTokens ?? (effort && budgets[effort])
}

/** The effort nearest to what was asked for; undefined leaves it to the model. */
export function effortOf({ budgetTokens, effort }: Thinking): Effort | undefined {
  if (effort || budgetTokens === undefined) return effort
  if (budgetTokens === 0) return 'none'
  if (budgetTokens < 4096) return 'low'
  return budgetTokens < 16_384 ? 'medium' : 'high'
}
