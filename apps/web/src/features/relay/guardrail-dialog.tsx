import { Button } from '@chakra-ui/react'
import {
  createGuardrail,
  tryGuardrail,
  updateGuardrail,
  type Guardrail,
  type GuardrailTrial,
} from '@parley/protocol/relay-settings'
import { useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { changesOf } from './changes.ts'
import { FormDialog } from './form-dialog.tsx'
import { useGroups } from './use-groups.ts'
import { useRelayError } from './use-relay-error.ts'

const kinds = ['keyword', 'pattern'] as const
const actions = ['redact', 'refuse'] as const
const directions = ['both', 'input', 'output'] as const

const draftOf = (guardrail: Guardrail | null) => ({
  name: guardrail?.name ?? '',
  group: guardrail?.group ?? null,
  kind: guardrail?.kind ?? kinds[0],
  matches: guardrail?.matches.join('\n') ?? '',
  action: guardrail?.action ?? actions[0],
  direction: guardrail?.direction ?? directions[0],
})

type Draft = ReturnType<typeof draftOf>

const read = ({ name, matches, ...rest }: Draft) => ({
  ...rest,
  name: name.trim(),
  matches: matches.split('\n').filter((line) => line.trim() !== ''),
})

interface GuardrailDialogProps {
  /** Null for one that is being made. */
  guardrail: Guardrail | null
  onSaved: () => void
  onClose: () => void
}

/** Makes or changes a guardrail, which can be tried out before. */
export function GuardrailDialog({ guardrail, onSaved, onClose }: GuardrailDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const [draft, setDraft] = useState(() => draftOf(guardrail))
  const wanted = read(draft)

  const save = async () => {
    if (guardrail === null) await rest.call(createGuardrail, { body: wanted })
    else {
      const body = changesOf(read(draftOf(guardrail)), wanted)
      if (Object.keys(body).length > 0) await rest.call(updateGuardrail, { params: { id: guardrail.id }, body })
    }
    onSaved()
  }
  return (
    <FormDialog
      title={guardrail ? t('guardrails.editTitle', { name: guardrail.name }) : t('guardrails.new')}
      submitLabel={guardrail ? t('save') : t('guardrails.make')}
      isReady={wanted.name !== '' && wanted.matches.length > 0}
      onSubmit={save}
      onClose={onClose}
    >
      <GuardrailFields draft={draft} onChange={(changed) => setDraft({ ...draft, ...changed })} />
      <TrialField draft={draft} />
    </FormDialog>
  )
}

function GuardrailFields({ draft, onChange }: { draft: Draft; onChange: (changed: Partial<Draft>) => void }) {
  const { t } = useTranslation('relay')
  const groups = useGroups()
  return (
    <>
      <TextField
        label={t('guardrails.name')}
        value={draft.name}
        maxLength={64}
        required
        autoComplete="off"
        onChange={({ target }) => onChange({ name: target.value })}
      />
      <div className="grid gap-3 md:grid-cols-2">
        <SelectField
          inForm
          label={t('guardrails.kind')}
          value={draft.kind}
          options={kinds.map((value) => ({ value, label: t(`guardrails.kinds.${value}`) }))}
          onChange={(kind) => onChange({ kind })}
        />
        <SelectField
          inForm
          label={t('guardrails.action')}
          value={draft.action}
          options={actions.map((value) => ({ value, label: t(`guardrails.actions.${value}`) }))}
          onChange={(action) => onChange({ action })}
        />
        <SelectField
          inForm
          label={t('guardrails.direction')}
          value={draft.direction}
          options={directions.map((value) => ({ value, label: t(`guardrails.directions.${value}`) }))}
          onChange={(direction) => onChange({ direction })}
        />
        <SelectField
          inForm
          label={t('guardrails.group')}
          value={draft.group ?? ''}
          options={[
            { value: '', label: t('guardrails.everybody') },
            ...(groups.status === 'ready' ? groups.data : []).map(({ id }) => ({ value: id, label: id })),
          ]}
          onChange={(group) => onChange({ group: group || null })}
        />
      </div>
      <TextArea
        label={t('guardrails.matches')}
        hint={t(`guardrails.matchesHint.${draft.kind}`)}
        rows={4}
        spellCheck={false}
        autoCapitalize="none"
        value={draft.matches}
        onChange={({ target }) => onChange({ matches: target.value })}
      />
    </>
  )
}

/** What would become of a text. */
function TrialField({ draft }: { draft: Draft }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const [text, setText] = useState('')
  const [outcome, setOutcome] = useState<{ trial: GuardrailTrial } | { problem: string }>()
  const { kind, matches, action } = read(draft)
  const run = async () => {
    try {
      const { data } = await rest.call(tryGuardrail, { body: { kind, matches, action, text } })
      setOutcome({ trial: data })
    } catch (error) {
      setOutcome({ problem: errorText(error) })
    }
  }
  return (
    <div className="border-subtle flex flex-col gap-3 border-t pt-5">
      <TextArea
        label={t('guardrails.try')}
        hint={t('guardrails.tryHint')}
        rows={2}
        maxLength={10_000}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          setOutcome(undefined)
        }}
      />
      <Button
        variant="outline"
        className="self-start"
        disabled={text.trim() === '' || matches.length === 0}
        onClick={() => void run()}
      >
        {t('guardrails.tryRun')}
      </Button>
      <div role="status">{outcome && 'trial' in outcome && <TrialText trial={outcome.trial} />}</div>
      <FormError message={outcome && 'problem' in outcome ? outcome.problem : undefined} />
    </div>
  )
}

function TrialText({ trial: { refused, text, hits } }: { trial: GuardrailTrial }) {
  const { t } = useTranslation('relay')
  if (refused) return t('guardrails.refused')
  if (hits === 0) return t('guardrails.passes')
  return (
    <>
      {t('guardrails.becomes')}
      <span className="bg-code mt-1 block rounded-md p-3 text-sm wrap-anywhere whitespace-pre-wrap">{text}</span>
    </>
  )
}
