import { ApiError } from '@parley/client/api-error'
import { useErrorText } from '../../errors/error-text.ts'

const reasons = ['name-taken', 'address-not-allowed', 'key-needed', 'pattern-refused', 'valid-from-past'] as const

/** Why the relay's administration refused something, in a sentence that says what to do. */
export const useRelayError = () => {
  const { t } = useTranslation('relay')
  const errorText = useErrorText()
  return useCallback(
    (error: unknown) => {
      const known = error instanceof ApiError && reasons.find((each) => each === error.details.reason)
      return known ? t(`problem.${known}`) : errorText(error)
    },
    [t, errorText],
  )
}
