import { ChevronRight } from 'lucide-react'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { priorityOf, readMapping, readSeconds, timeoutNames, weightOf, type ChannelDraft } from './channel-draft.ts'
import { RateFields } from './limit-fields.tsx'

interface ChannelTuningProps {
  draft: ChannelDraft
  onChange: (changed: Partial<ChannelDraft>) => void
}

/** What most channels can do without: folded away. */
export function ChannelTuning({ draft, onChange }: ChannelTuningProps) {
  const { t } = useTranslation('relay')
  const mapping = readMapping(draft.mapping)
  return (
    <details className="group">
      <summary className="flex min-h-9 list-none items-center gap-1 text-sm font-semibold">
        <ChevronRight aria-hidden className="icon text-muted group-open:rotate-90" />
        {t('channels.more')}
      </summary>
      <div className="flex flex-col gap-5 pt-3">
        <TextArea
          label={t('channels.mapping')}
          hint={t('channels.mappingHint')}
          error={'wrongLine' in mapping ? t('channels.mappingProblem', { line: mapping.wrongLine }) : undefined}
          rows={3}
          spellCheck={false}
          autoCapitalize="none"
          value={draft.mapping}
          onChange={({ target }) => onChange({ mapping: target.value })}
        />
        <div className="grid gap-3 md:grid-cols-2">
          <TextField
            label={t('channels.priority')}
            hint={t('channels.priorityHint')}
            error={priorityOf(draft.priority) === null ? t('channels.priorityProblem') : undefined}
            maxLength={5}
            value={draft.priority}
            onChange={({ target }) => onChange({ priority: target.value })}
          />
          <TextField
            label={t('channels.weight')}
            hint={t('channels.weightHint')}
            error={weightOf(draft.weight) === null ? t('channels.weightProblem') : undefined}
            inputMode="numeric"
            maxLength={5}
            value={draft.weight}
            onChange={({ target }) => onChange({ weight: target.value })}
          />
        </div>
        <TimeoutFields draft={draft} onChange={onChange} />
        <RateFields draft={draft.rates} onChange={(rates) => onChange({ rates })} />
      </div>
    </details>
  )
}

function TimeoutFields({ draft, onChange }: ChannelTuningProps) {
  const { t } = useTranslation('relay')
  const isWrong = (text: string) => text.trim() !== '' && readSeconds(text) === null
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 font-semibold">{t('channels.timeouts.title')}</legend>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        {timeoutNames.map((name) => (
          <TextField
            key={name}
            label={t(`channels.timeouts.${name}`)}
            error={isWrong(draft.timeouts[name]) ? t('channels.timeouts.problem') : undefined}
            inputMode="decimal"
            autoComplete="off"
            maxLength={8}
            value={draft.timeouts[name]}
            onChange={({ target }) => onChange({ timeouts: { ...draft.timeouts, [name]: target.value } })}
          />
        ))}
      </div>
      <p className="text-muted text-sm">{t('channels.timeouts.hint')}</p>
    </fieldset>
  )
}
