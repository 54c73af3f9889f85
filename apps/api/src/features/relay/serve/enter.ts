import { RelayRefusal } from '../refusals.ts'
import type { Entered, LimitRefusal, Limits } from '../routing/limits.ts'
import type { Call } from './call.ts'

const whose: Record<string, string> = { t: 'This API key', g: 'The group of this API key' }

const words: Record<LimitRefusal['limit'], string> = {
  rpm: 'has made as many calls as it may in a minute',
  tpm: 'has used as many tokens as it may in a minute',
  concurrency: 'has as many calls under way as it may',
}

/** Lets a call in under the limits of its token and group. Throws a refusal that says when to try again. */
export async function enterLimits(
  limits: Limits,
  { credential, inputTokens }: Pick<Call, 'credential' | 'inputTokens'>,
): Promise<Entered> {
  const { tokenId, groupId, limits: tokenLimits, groupLimits } = credential
  const owners = [
    { key: `t${tokenId}`, ...tokenLimits },
    { key: `g${groupId}`, ...groupLimits },
  ]
  const entered = await limits.enter(owners, inputTokens)
  if (!('refusal' in entered)) return entered
  const { key, limit, retryAfterMs } = entered.refusal
  const message = `${whose[key.slice(0, 1)] ?? 'This API key'} ${words[limit]}. Try again shortly.`
  throw new RelayRefusal('rate_limited', message, { retryAfterMs })
}
