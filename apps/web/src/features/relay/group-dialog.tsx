import type { RequestOf } from '@parley/protocol/contract'
import { createGroup, updateGroup, type RelayGroup } from '@parley/protocol/relay'
import { modelLengthMax } from '@parley/protocol/relay-fields'
import { useClient } from '../../realtime/client-context.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { changesOf } from './changes.ts'
import { FormDialog } from './form-dialog.tsx'
import { QuotaFields, RateFields } from './limit-fields.tsx'
import { noQuota, noRates, quotaDraftOf, ratesDraftOf, readQuota, readRates } from './limits.ts'
import { useModelNames } from './use-model-names.ts'

const draftOf = (group: RelayGroup | null) => ({
  id: group?.id ?? '',
  selfService: group?.self_service ?? false,
  models: group?.models ?? [],
  quota: quotaDraftOf(group?.quota ?? noQuota),
  rates: ratesDraftOf(group ?? noRates),
})

type Draft = ReturnType<typeof draftOf>
type Wanted = RequestOf<typeof createGroup>['body']

const isName = (id: string) => /^[\w.-]{1,64}$/.test(id)

/** What is asked of the server for a draft; null while something in it cannot be read. */
function read({ id, selfService, models, quota, rates }: Draft): Wanted | null {
  const limits = readRates(rates)
  const budget = readQuota(quota)
  if (!isName(id) || limits === null || budget === null) return null
  return { id, self_service: selfService, models: models.length > 0 ? models : null, quota: budget, ...limits }
}

interface GroupDialogProps {
  /** Null for one that is being made. */
  group: RelayGroup | null
  onSaved: () => void
  onClose: () => void
}

/** Makes or changes a group. */
export function GroupDialog({ group, onSaved, onClose }: GroupDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const models = useModelNames()
  const [draft, setDraft] = useState(() => draftOf(group))
  const change = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed })
  const wanted = read(draft)

  const save = async () => {
    if (wanted === null) return
    if (group === null) await rest.call(createGroup, { body: wanted })
    else {
      const { id, ...body } = changesOf(read(draftOf(group)) ?? wanted, wanted)
      if (Object.keys(body).length > 0) await rest.call(updateGroup, { params: { group: id ?? group.id }, body })
    }
    onSaved()
  }
  return (
    <FormDialog
      title={group ? t('groups.editTitle', { name: group.id }) : t('groups.new')}
      submitLabel={group ? t('save') : t('groups.make')}
      isReady={wanted !== null}
      onSubmit={save}
      onClose={onClose}
    >
      {group === null && (
        <TextField
          label={t('groups.name')}
          hint={t('groups.nameHint')}
          error={draft.id !== '' && !isName(draft.id) ? t('groups.nameProblem') : undefined}
          value={draft.id}
          maxLength={64}
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={({ target }) => change({ id: target.value })}
        />
      )}
      <Toggle
        label={t('groups.selfService')}
        hint={t('groups.selfServiceHint')}
        checked={draft.selfService}
        onChange={(selfService) => change({ selfService })}
      />
      <TagsField
        label={t('models.label')}
        hint={t('models.hint')}
        tags={draft.models}
        suggestions={models}
        maxLength={modelLengthMax}
        removeLabel={(value) => t('field.remove', { value })}
        onChange={(tags) => change({ models: tags })}
      />
      <QuotaFields draft={draft.quota} onChange={(quota) => change({ quota })} />
      <RateFields draft={draft.rates} onChange={(rates) => change({ rates })} />
    </FormDialog>
  )
}
