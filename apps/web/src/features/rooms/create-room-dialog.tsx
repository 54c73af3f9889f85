import { Button } from '@chakra-ui/react'
import type { PublicUser } from '@parley/protocol/people'
import { createRoom, type RoomVisibility } from '@parley/protocol/rooms'
import type { FormEvent } from 'react'
import { useLocation } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { PeoplePicker } from './people-picker.tsx'
import { RoomPictureField } from './room-picture-field.tsx'
import { roomLoaded } from './rooms-slice.ts'

interface Draft {
  name: string
  topic: string
  visibility: RoomVisibility
  image: string | null
  members: readonly PublicUser[]
}

const emptyDraft: Draft = { name: '', topic: '', visibility: 'listed', image: null, members: [] }

/** Makes a group and goes there. */
export function CreateRoomDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['rooms', 'ui'])
  const [draft, setDraft] = useState(emptyDraft)
  const { submit, problem, busy } = useCreate(draft, onClose)
  const formId = useId()
  const change = (changed: Partial<Draft>) => setDraft((current) => ({ ...current, ...changed }))
  return (
    <Dialog
      title={t('create.title')}
      size="md"
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" form={formId} disabled={busy || draft.name.trim() === ''}>
            {t('create.submit')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('settings.name')}
          maxLength={80}
          required
          autoComplete="off"
          value={draft.name}
          onChange={({ target }) => change({ name: target.value })}
        />
        <TextField
          label={t('settings.topic')}
          hint={t('settings.topicHint')}
          maxLength={250}
          autoComplete="off"
          value={draft.topic}
          onChange={({ target }) => change({ topic: target.value })}
        />
        <Toggle
          label={t('settings.listed')}
          hint={t(draft.visibility === 'listed' ? 'settings.listedHint' : 'settings.inviteOnlyHint')}
          checked={draft.visibility === 'listed'}
          onChange={(listed) => change({ visibility: listed ? 'listed' : 'invite' })}
        />
        <RoomPictureField room={draft} onChange={(image) => change({ image })} />
        <PeoplePicker label={t('create.members')} chosen={draft.members} onChange={(members) => change({ members })} />
        <FormError message={problem} />
      </form>
    </Dialog>
  )
}

function useCreate({ name, topic, visibility, image, members }: Draft, onClose: () => void) {
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [, navigate] = useLocation()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || name.trim() === '') return
    setBusy(true)
    setProblem(undefined)
    try {
      const { room } = await rest.call(createRoom, {
        body: {
          type: 'PUBLIC',
          name: name.trim(),
          topic: topic.trim(),
          visibility,
          image,
          memberIds: members.map(({ id }) => id),
        },
      })
      dispatch(roomLoaded(room))
      onClose()
      navigate(`/r/${room.id}`)
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return { submit, problem, busy }
}
