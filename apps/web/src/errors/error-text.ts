import { ApiError } from '@parley/client/api-error'
import type en from './locales/en.json'

type Reason = keyof typeof en.reason

/** Turns whatever was thrown into a sentence that says what to do next. */
export const useErrorText = () => {
  const { t, i18n } = useTranslation('errors')
  return useCallback(
    (error: unknown): string => {
      if (!(error instanceof ApiError)) return t('INTERNAL_ERROR')
      const { reason, retryAfterMs = 0 } = error.details
      const hasText = (name: string): name is Reason => i18n.exists(`reason.${name}`, { ns: 'errors' })
      if (reason !== undefined && hasText(reason)) return t(`reason.${reason}`)
      if (error.code !== 'RATE_LIMITED') return t(error.code)
      const seconds = Math.ceil(retryAfterMs / 1_000)
      return seconds > 0 ? t('RATE_LIMITED_SECONDS', { seconds }) : t('RATE_LIMITED')
    },
    [t, i18n],
  )
}
