import { SelectField } from '../../ui/select-field.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { useDebounced } from '../../ui/use-debounced.ts'
import { useLoaded } from '../../ui/use-loaded.ts'
import { ChatFailure, listOwnModels } from './chat-call.ts'
import { parseCount, readOptional } from './limits.ts'
import { useChatProblem } from './use-chat-problem.ts'

export interface PlaygroundDraft {
  key: string
  model: string
  system: string
  temperature: string
  maxTokens: string
}

const pauseMs = 300

/** A temperature as it was typed; null for none, undefined where it cannot be read. */
export const readTemperature = (text: string) =>
  readOptional(text, (typed) => {
    const value = /^\d+(\.\d+)?$/.test(typed.trim()) ? Number(typed) : Number.NaN
    return value <= 2 ? value : null
  })

interface PlaygroundFieldsProps {
  draft: PlaygroundDraft
  onChange: (changed: Partial<PlaygroundDraft>) => void
}

/** Which key, which model, and how it is to answer. */
export function PlaygroundFields({ draft, onChange }: PlaygroundFieldsProps) {
  const { t } = useTranslation('relay')
  const problemText = useChatProblem()
  const key = useDebounced(draft.key.trim(), pauseMs)
  const loaded = useLoaded(
    useCallback((signal: AbortSignal) => (key === '' ? Promise.resolve([]) : listOwnModels(key, signal)), [key]),
  )
  const models = loaded.status === 'ready' ? loaded.data : undefined
  const chooseFirst = useEffectEvent((names: readonly string[]) => {
    if (!names.includes(draft.model)) onChange({ model: names[0] ?? '' })
  })
  useEffect(() => {
    if (models) chooseFirst(models)
  }, [models])
  const problem = loaded.status === 'failed' ? loaded.error : null
  return (
    <div className="flex flex-col gap-4">
      <TextField
        label={t('playground.key')}
        hint={t('playground.keyHint')}
        error={problem instanceof ChatFailure ? problemText(problem) : undefined}
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={draft.key}
        onChange={({ target }) => onChange({ key: target.value.trim() })}
      />
      <SelectField
        inForm
        label={t('playground.model')}
        value={draft.model}
        options={
          models && models.length > 0
            ? models.map((value) => ({ value, label: value }))
            : [{ value: '', label: t('playground.modelHint') }]
        }
        onChange={(model) => onChange({ model })}
      />
      <TextArea
        label={t('playground.system')}
        rows={3}
        value={draft.system}
        onChange={({ target }) => onChange({ system: target.value })}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t('playground.temperature')}
          error={readTemperature(draft.temperature) === undefined ? t('playground.temperatureProblem') : undefined}
          inputMode="decimal"
          autoComplete="off"
          maxLength={4}
          value={draft.temperature}
          onChange={({ target }) => onChange({ temperature: target.value })}
        />
        <TextField
          label={t('playground.maxTokens')}
          error={readOptional(draft.maxTokens, parseCount) === undefined ? t('field.count') : undefined}
          inputMode="numeric"
          autoComplete="off"
          maxLength={7}
          value={draft.maxTokens}
          onChange={({ target }) => onChange({ maxTokens: target.value })}
        />
      </div>
    </div>
  )
}
