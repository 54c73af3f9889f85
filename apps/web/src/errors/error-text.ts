import { ApiError, type FailureCode } from '@parley/client/api-error'
import type { ErrorDetails } from '@parley/protocol/errors'
import type en from './locales/en.json'

type Reason = keyof typeof en.reason

/** Turns why something was refused into a sentence that says what to do next. */
export const useFailureText = () => {
  const { t, i18n } = useTranslation('errors')
  return useCallback(
    (code: FailureCode, { reason, retryAfterMs = 0 }: Pick<ErrorDetails, 'reason' | 'retryAfterMs'>): string => {
      const hasText = (name: string): name is Reason => i18n.exists(`reason.${name}`, { ns: 'errors' })
      if (reason !== undefined && hasText(reason)) return t(`reason.${reason}`)
      if (code !== 'RATE_LIMITED') return t(code)
      const seconds = Math.ceil(retryAfterMs / 1_000)
      return seconds > 0 ? t('RATE_LIMITED_SECONDS', { seconds }) : t('RATE_LIMITED')
    },
    [t, i18n],
  )
}

/** The same for whatever was thrown. */
export const useErrorText = () => {
  const failureText = useFailureText()
  return useCallback(
    (error: unknown): string =>
      error instanceof ApiError ? failureText(error.code, error.details) : failureText('INTERNAL_ERROR', {}),
    [failureText],
  )
}
