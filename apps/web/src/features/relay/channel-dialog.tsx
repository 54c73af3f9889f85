import { createChannel, updateChannel, type RelayChannel } from '@parley/protocol/relay-channels'
import { modelLengthMax } from '@parley/protocol/relay-fields'
import { useClient } from '../../realtime/client-context.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { changesOf } from './changes.ts'
import { channelDraftFor, channelDraftOf, readChannel, type ChannelDraft } from './channel-draft.ts'
import { ChannelTuning } from './channel-tuning.tsx'
import { FormDialog } from './form-dialog.tsx'
import { providerNames, providerOf, type ProviderName } from './providers.ts'
import { useModelNames } from './use-model-names.ts'

interface ChannelDialogProps {
  /** Null for one that is being made. */
  channel: RelayChannel | null
  onSaved: (channel: RelayChannel) => void
  onClose: () => void
}

/** Makes or changes a channel. */
export function ChannelDialog({ channel, onSaved, onClose }: ChannelDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const [draft, setDraft] = useState(() => (channel ? channelDraftOf(channel) : channelDraftFor('openai')))
  const change = (changed: Partial<ChannelDraft>) => setDraft({ ...draft, ...changed })
  const wanted = readChannel(draft)

  const save = async () => {
    if (wanted === null) return
    if (channel === null) {
      const { data } = await rest.call(createChannel, { body: wanted })
      onSaved(data)
      return
    }
    const body = changesOf(readChannel(channelDraftOf(channel)) ?? wanted, wanted)
    if (Object.keys(body).length === 0) {
      onClose()
      return
    }
    const { data } = await rest.call(updateChannel, { params: { id: channel.id }, body })
    onSaved(data)
  }
  return (
    <FormDialog
      title={channel ? t('channels.editTitle', { name: channel.name }) : t('channels.new')}
      submitLabel={channel ? t('save') : t('channels.make')}
      isReady={wanted !== null}
      onSubmit={save}
      onClose={onClose}
    >
      <ProviderFields draft={draft} hasKey={channel?.has_key === true} onChange={change} />
      <ChannelTuning draft={draft} onChange={change} />
    </FormDialog>
  )
}

interface ProviderFieldsProps {
  draft: ChannelDraft
  hasKey: boolean
  onChange: (changed: Partial<ChannelDraft>) => void
}

/** Which provider, where it is, the key to it and what it serves. */
function ProviderFields({ draft, hasKey, onChange }: ProviderFieldsProps) {
  const { t } = useTranslation('relay')
  const known = useModelNames()
  const { type, isTemplate, models } = providerOf(draft.provider)
  const choose = (provider: ProviderName) => {
    const { baseUrl, models: served } = channelDraftFor(provider)
    // What is served there is another matter, unless somebody has said already what it is.
    const wasSuggested = draft.models.every((model) => providerOf(draft.provider).models.includes(model))
    onChange({ provider, baseUrl, ...(wasSuggested && { models: served }) })
  }
  return (
    <>
      <SelectField
        inForm
        label={t('channels.provider')}
        value={draft.provider}
        options={providerNames.map((value) => ({ value, label: t(`channels.providers.${value}`) }))}
        onChange={choose}
      />
      <TextField
        label={t('channels.name')}
        value={draft.name}
        maxLength={64}
        required
        autoComplete="off"
        onChange={({ target }) => onChange({ name: target.value })}
      />
      {type !== 'test' && (
        <>
          <TextField
            label={t('channels.baseUrl')}
            hint={isTemplate ? t('channels.baseUrlReplace') : t('channels.baseUrlHint')}
            type="url"
            value={draft.baseUrl}
            maxLength={500}
            autoComplete="off"
            onChange={({ target }) => onChange({ baseUrl: target.value })}
          />
          <TextField
            label={t('channels.key')}
            hint={hasKey ? t('channels.keyKept') : t('channels.keyHint')}
            type="password"
            value={draft.key}
            maxLength={1_000}
            // A password manager would offer the person's own password.
            autoComplete="new-password"
            onChange={({ target }) => onChange({ key: target.value })}
          />
        </>
      )}
      <TagsField
        label={t('models.label')}
        hint={t('channels.modelsHint')}
        tags={draft.models}
        suggestions={[...new Set([...models, ...known])]}
        maxLength={modelLengthMax}
        removeLabel={(value) => t('field.remove', { value })}
        onChange={(tags) => onChange({ models: tags })}
      />
    </>
  )
}
