import type { ChatFailure } from './chat-call.ts'

const known = [
  'key_unknown',
  'key_disabled',
  'key_expired',
  'subnet_not_allowed',
  'model_not_allowed',
  'model_not_found',
  'insufficient_balance',
  'quota_exceeded',
  'rate_limited',
  'guardrail',
  'no_channel',
  'overloaded',
  'cut',
  'network',
] as const

/** Why a call failed, in plain words; in the provider's own where only it knows. */
export const useChatProblem = () => {
  const { t } = useTranslation('relay')
  return useCallback(
    ({ code, message }: ChatFailure) => {
      const reason = known.find((each) => each === code)
      if (reason) return t(`playground.problem.${reason}`)
      return message || t('playground.problem.upstream_failed')
    },
    [t],
  )
}
