import { getRelaySettings, updateRelaySettings, type RelaySettings } from '@parley/protocol/relay-settings'
import { Button } from '@chakra-ui/react'
import { TriangleAlert } from 'lucide-react'
import type { FormEvent, ReactNode } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { changesOf } from './changes.ts'
import { GuardrailsSection } from './guardrails-section.tsx'
import { QuotaFields } from './limit-fields.tsx'
import { formatMicros } from './money.ts'
import {
  daysOf,
  isSecret,
  isWebhook,
  outputTokensOf,
  readSettings,
  settingsDraftOf,
  type SettingsDraft,
} from './settings-draft.ts'
import { useRelayError } from './use-relay-error.ts'

/** What a workspace wants of its relay. */
export default function SettingsPage() {
  const { rest } = useClient()
  const errorText = useRelayError()
  const settings = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(getRelaySettings, { query: {} }, { signal }), [rest]),
  )
  if (settings.status === 'loading') return <SkeletonRows rows={6} avatar={false} className="-mx-3" />
  if (settings.status === 'failed') return <ErrorState message={errorText(settings.error)} onRetry={settings.retry} />
  return (
    <div className="flex max-w-[720px] flex-col gap-10">
      <SettingsForm loaded={settings.data.data} />
      <GuardrailsSection />
    </div>
  )
}

function SettingsForm({ loaded }: { loaded: RelaySettings }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const [settings, setSettings] = useState(loaded)
  const [draft, setDraft] = useState(() => settingsDraftOf(loaded))
  const [problem, setProblem] = useState<string>()
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle')
  const before = readSettings(settingsDraftOf(settings))
  const wanted = readSettings(draft)
  const changes = before && wanted ? changesOf(before, wanted) : {}
  const isChanged = Object.keys(changes).length > 0
  const change = (changed: Partial<SettingsDraft>) => {
    setDraft({ ...draft, ...changed })
    setState('idle')
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (wanted === null || !isChanged) return
    setState('saving')
    setProblem(undefined)
    try {
      const { data } = await rest.call(updateRelaySettings, { body: changes })
      setSettings(data)
      setDraft(settingsDraftOf(data))
      setState('saved')
    } catch (error) {
      setProblem(errorText(error))
      setState('idle')
    }
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-8">
      <CallFields draft={draft} used={settings.used.total} onChange={change} />
      <PromptFields draft={draft} onChange={change} />
      <AlertFields draft={draft} hasSecret={settings.has_alert_webhook_secret} onChange={change} />
      <FormError message={problem} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={wanted === null || !isChanged || state === 'saving'}>
          {t('save')}
        </Button>
        <span role="status" className="text-muted text-sm">
          {state === 'saved' && t('settings.saved')}
        </span>
      </div>
    </form>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4">
      <h3 className="text-lg font-semibold">{title}</h3>
      {children}
    </section>
  )
}

interface FieldsProps {
  draft: SettingsDraft
  onChange: (changed: Partial<SettingsDraft>) => void
}

function CallFields({ draft, used, onChange }: FieldsProps & { used: number }) {
  const { t, i18n } = useTranslation('relay')
  return (
    <Part title={t('settings.calls')}>
      <TextField
        label={t('settings.outputTokens')}
        hint={t('settings.outputTokensHint')}
        error={outputTokensOf(draft.outputTokens) === null ? t('field.count') : undefined}
        inputMode="numeric"
        autoComplete="off"
        maxLength={8}
        value={draft.outputTokens}
        onChange={({ target }) => onChange({ outputTokens: target.value })}
      />
      <QuotaFields draft={draft.quota} onChange={(quota) => onChange({ quota })} />
      <p className="text-muted -mt-2 text-sm">
        {t('settings.budgetText', { used: formatMicros(used, i18n.language) })}
      </p>
    </Part>
  )
}

function PromptFields({ draft, onChange }: FieldsProps) {
  const { t } = useTranslation('relay')
  const days = daysOf(draft.promptDays)
  return (
    <Part title={t('settings.prompts')}>
      <TextField
        label={t('settings.promptDays')}
        hint={t('settings.promptDaysHint')}
        error={days === null ? t('settings.promptDaysProblem') : undefined}
        inputMode="numeric"
        autoComplete="off"
        maxLength={3}
        value={draft.promptDays}
        onChange={({ target }) => onChange({ promptDays: target.value })}
      />
      {days !== null && days > 0 && (
        <p role="status" className="flex gap-2">
          <TriangleAlert aria-hidden className="icon text-warning mt-0.5 flex-none" />
          {t('settings.promptWarning')}
        </p>
      )}
    </Part>
  )
}

function AlertFields({ draft, hasSecret, onChange }: FieldsProps & { hasSecret: boolean }) {
  const { t } = useTranslation('relay')
  return (
    <Part title={t('settings.alerts')}>
      <p className="text-muted -mt-2">{t('settings.alertsText')}</p>
      <TextField
        label={t('settings.webhook')}
        hint={t('settings.webhookHint')}
        error={isWebhook(draft.webhook) ? undefined : t('settings.webhookProblem')}
        inputMode="url"
        autoComplete="off"
        maxLength={500}
        value={draft.webhook}
        onChange={({ target }) => onChange({ webhook: target.value })}
      />
      <TextField
        label={t('settings.secret')}
        hint={hasSecret ? t('settings.secretKept') : t('settings.secretHint')}
        error={isSecret(draft.secret) ? undefined : t('settings.secretProblem')}
        type="password"
        autoComplete="new-password"
        maxLength={200}
        value={draft.secret}
        onChange={({ target }) => onChange({ secret: target.value })}
      />
      <TagsField
        label={t('settings.emails')}
        hint={t('settings.emailsHint')}
        tags={draft.emails}
        maxLength={254}
        removeLabel={(value) => t('field.remove', { value })}
        onChange={(emails) => onChange({ emails })}
      />
    </Part>
  )
}
