import { ApiError } from '@parley/client/api-error'

/** Turns whatever was thrown into a sentence that says what to do next. */
export const useErrorText = () => {
  const { t } = useTranslation('errors')
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return t('INTERNAL_ERROR')
      if (error.code !== 'RATE_LIMITED') return t(error.code)
      const seconds = Math.ceil((error.details.retryAfterMs ?? 0) / 1_000)
      return seconds > 0 ? t('RATE_LIMITED_SECONDS', { seconds }) : t('RATE_LIMITED')
    },
    [t],
  )
}
