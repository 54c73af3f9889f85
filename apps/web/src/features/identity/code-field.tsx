import { TextField } from '../../ui/text-field.tsx'
import { useFocus } from './use-focus.ts'

interface CodeFieldProps {
  value: string
  error: string | undefined
  onWrite: (value: string) => void
}

/** The six digits an authenticator app shows; browsers and phones fill them in by themselves. */
export function CodeField({ value, error, onWrite }: CodeFieldProps) {
  const { t } = useTranslation('identity')
  const field = useFocus()
  return (
    <TextField
      label={t('secondFactor.code')}
      hint={t('secondFactor.codeHint')}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      ref={field}
      maxLength={7}
      value={value}
      error={error}
      // Apps show the digits in two groups, and that is how they are copied.
      onChange={({ target }) => onWrite(target.value.replaceAll(/\D/g, ''))}
    />
  )
}
