import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import {
  createWorkspace,
  updateWorkspace,
  workspaceStatuses,
  type Workspace,
  type WorkspaceStatus,
} from '@parley/protocol/workspaces'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SelectField } from '../../ui/select-field.tsx'
import { TextField } from '../../ui/text-field.tsx'

const bytesPerMegabyte = 1_000_000

/** A limit as it is typed: empty for none; undefined for what is no limit. */
const limitOf = (text: string): number | null | undefined => {
  if (text.trim() === '') return null
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : undefined
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replace(/^-|-$/g, '')

interface WorkspaceDialogProps {
  /** Null makes a new one. */
  workspace: Workspace | null
  onClose: () => void
  onSaved: () => void
}

/** Name, status and limits of a workspace. */
export function WorkspaceDialog({ workspace, onClose, onSaved }: WorkspaceDialogProps) {
  const { t } = useTranslation('workspaces')
  const { rest } = useClient()
  const errorText = useErrorText()
  const formId = useId()
  const [name, setName] = useState(workspace?.name ?? '')
  const [slug, setSlug] = useState<string>()
  const [status, setStatus] = useState<WorkspaceStatus>(workspace?.status ?? 'active')
  const [members, setMembers] = useState(workspace?.membersMax?.toString() ?? '')
  const bytesMax = workspace?.storageBytesMax ?? null
  const [megabytes, setMegabytes] = useState(bytesMax === null ? '' : String(Math.round(bytesMax / bytesPerMegabyte)))
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const shownSlug = slug ?? slugOf(name)

  const save = async () => {
    const membersMax = limitOf(members)
    const storage = limitOf(megabytes)
    if (membersMax === undefined || storage === undefined) throw new LimitError()
    const limits = { membersMax, storageBytesMax: storage === null ? null : storage * bytesPerMegabyte }
    if (!workspace) {
      await rest.call(createWorkspace, { body: { name: name.trim(), slug: shownSlug, ...limits } })
      return
    }
    const turned = status === workspace.status ? {} : { status }
    await rest.call(updateWorkspace, {
      params: { id: workspace.id },
      body: { name: name.trim(), ...turned, ...limits },
    })
  }
  const problemOf = (error: unknown) => {
    if (error instanceof LimitError) return t('edit.limitProblem')
    const reason = error instanceof ApiError ? error.details.reason : undefined
    if (reason === 'slug-taken') return t('edit.slugTaken')
    return reason === 'own-workspace' ? t('edit.ownWorkspace') : errorText(error)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await save()
      onSaved()
      onClose()
    } catch (error) {
      setProblem(problemOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={workspace ? t('edit.title') : t('edit.newTitle')}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('edit.cancel')}
          </Button>
          <Button type="submit" form={formId} disabled={busy || name.trim() === '' || shownSlug === ''}>
            {workspace ? t('edit.save') : t('edit.make')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('edit.name')}
          maxLength={80}
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        {workspace ? (
          <SelectField
            label={t('admin.status')}
            value={status}
            options={workspaceStatuses.map((value) => ({ value, label: t(`status.${value}`) }))}
            onChange={setStatus}
          />
        ) : (
          <TextField
            label={t('edit.slug')}
            hint={t('edit.slugHint')}
            maxLength={32}
            pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
            required
            value={shownSlug}
            onChange={({ target }) => setSlug(target.value)}
          />
        )}
        <div className="grid grid-cols-2 gap-3">
          <TextField
            label={t('edit.membersMax')}
            hint={t('edit.noLimit')}
            inputMode="numeric"
            value={members}
            onChange={({ target }) => setMembers(target.value)}
          />
          <TextField
            label={t('edit.megabytesMax')}
            hint={t('edit.noLimit')}
            inputMode="numeric"
            value={megabytes}
            onChange={({ target }) => setMegabytes(target.value)}
          />
        </div>
        <FormError message={problem} />
      </form>
    </Dialog>
  )
}

/** What was typed as a limit is none. */
class LimitError extends Error {}
