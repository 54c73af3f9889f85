import { createToken, updateToken, type RelayGroup, type RelayToken } from '@parley/protocol/relay'
import { modelLengthMax } from '@parley/protocol/relay-fields'
import type { ReactNode } from 'react'
import { useClient } from '../../realtime/client-context.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TagsField } from '../../ui/tags-field.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { changesOf } from './changes.ts'
import { FormDialog } from './form-dialog.tsx'
import { QuotaFields, RateFields } from './limit-fields.tsx'
import { newToken, readCacheSeconds, readToken, tokenDraftOf, type TokenDraft } from './token-draft.ts'
import { useModelNames } from './use-model-names.ts'

interface TokenDialogProps {
  /** Null for one that is being made. */
  token: RelayToken | null
  groups: readonly RelayGroup[]
  /** Where one that is being made belongs, unless somebody says otherwise. */
  defaultGroup: string
  onSaved: (token: RelayToken) => void
  onClose: () => void
}

/** Makes or changes a token. */
export function TokenDialog({ token, groups, defaultGroup, onSaved, onClose }: TokenDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const [draft, setDraft] = useState(token ? tokenDraftOf(token) : newToken)
  const [group, setGroup] = useState(token?.group ?? (defaultGroup || (groups[0]?.id ?? '')))
  const wanted = readToken(draft)

  const save = async () => {
    if (wanted === null) return
    if (token === null) {
      const { data } = await rest.call(createToken, { params: { group }, query: {}, body: wanted })
      onSaved(data)
      return
    }
    const body = changesOf(readToken(tokenDraftOf(token)) ?? wanted, wanted)
    if (Object.keys(body).length === 0) {
      onClose()
      return
    }
    const { data } = await rest.call(updateToken, { params: { group, id: token.id }, body })
    onSaved(data)
  }
  return (
    <FormDialog
      title={token ? t('tokens.editTitle', { name: token.name }) : t('tokens.new')}
      submitLabel={token ? t('save') : t('tokens.make')}
      isReady={wanted !== null && group !== ''}
      onSubmit={save}
      onClose={onClose}
    >
      <TokenFields draft={draft} onChange={(changed) => setDraft({ ...draft, ...changed })}>
        {token === null && (
          <SelectField
            inForm
            label={t('group.label')}
            value={group}
            options={groups.map(({ id }) => ({ value: id, label: id }))}
            onChange={setGroup}
          />
        )}
      </TokenFields>
    </FormDialog>
  )
}

interface TokenFieldsProps {
  draft: TokenDraft
  onChange: (changed: Partial<TokenDraft>) => void
  children: ReactNode
}

function TokenFields({ draft, onChange, children }: TokenFieldsProps) {
  const { t } = useTranslation('relay')
  const models = useModelNames()
  const removeLabel = (value: string) => t('field.remove', { value })
  return (
    <>
      <TextField
        label={t('tokens.name')}
        hint={t('tokens.nameHint')}
        value={draft.name}
        maxLength={32}
        required
        autoComplete="off"
        onChange={({ target }) => onChange({ name: target.value })}
      />
      {children}
      <TagsField
        label={t('models.label')}
        hint={t('models.hint')}
        tags={draft.models}
        suggestions={models}
        maxLength={modelLengthMax}
        removeLabel={removeLabel}
        onChange={(tags) => onChange({ models: tags })}
      />
      <QuotaFields draft={draft.quota} onChange={(quota) => onChange({ quota })} />
      <RateFields draft={draft.rates} onChange={(rates) => onChange({ rates })} />
      <TextField
        label={t('tokens.expires')}
        hint={t('tokens.expiresHint')}
        type="date"
        value={draft.lastDay}
        onChange={({ target }) => onChange({ lastDay: target.value })}
      />
      <TagsField
        label={t('tokens.subnets')}
        hint={t('tokens.subnetsHint')}
        tags={draft.subnets}
        maxLength={43}
        removeLabel={removeLabel}
        onChange={(subnets) => onChange({ subnets })}
      />
      <TextField
        label={t('tokens.cache')}
        hint={t('tokens.cacheHint')}
        error={readCacheSeconds(draft.cacheSeconds) === undefined ? t('tokens.cacheProblem') : undefined}
        inputMode="numeric"
        autoComplete="off"
        maxLength={10}
        value={draft.cacheSeconds}
        onChange={({ target }) => onChange({ cacheSeconds: target.value })}
      />
    </>
  )
}
