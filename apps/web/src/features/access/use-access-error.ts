import { ApiError } from '@parley/client/api-error'
import { useErrorText } from '../../errors/error-text.ts'

const reasons = ['above-self', 'last-admin', 'role-name-taken', 'role-circle', 'roles-max'] as const

/** Why a change of access was refused, in a sentence that says what to do. */
export const useAccessError = () => {
  const { t } = useTranslation('access')
  const errorText = useErrorText()
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return errorText(error)
      const { reason, count = 0 } = error.details
      if (reason === 'role-in-use') return t('problem.role-in-use', { count })
      const known = reasons.find((each) => each === reason)
      return known ? t(`problem.${known}`) : errorText(error)
    },
    [t, errorText],
  )
}
