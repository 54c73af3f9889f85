import { Button } from '@chakra-ui/react'
import type { RequestOf } from '@parley/protocol/contract'
import { updateRoom, type Room } from '@parley/protocol/rooms'
import type { FormEvent } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextArea, TextField } from '../../ui/text-field.tsx'
import { showToast } from '../../ui/toast.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { RoomPictureField } from './room-picture-field.tsx'
import { roomLoaded } from './rooms-slice.ts'

type Changes = Omit<RequestOf<typeof updateRoom>['body'], 'id'>

/** What the room is called, looks like and is for, for whoever manages it. */
export function RoomDetails({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const save = async (changes: Changes) => {
    const answer = await rest.call(updateRoom, { body: { id: room.id, ...changes } })
    dispatch(roomLoaded(answer.room))
  }
  const changeVisibility = async (listed: boolean) => {
    const visibility = listed ? 'listed' : 'invite'
    dispatch(roomLoaded({ ...room, visibility }))
    try {
      await save({ visibility })
    } catch (error) {
      dispatch(roomLoaded(room))
      await showToast({ title: errorText(error) })
    }
  }
  return (
    <div className="flex flex-col gap-5">
      <RoomPictureField room={room} onChange={(image) => save({ image })} />
      <NameAndTopic room={room} onSave={save} />
      <Toggle
        label={t('settings.listed')}
        hint={t(room.visibility === 'listed' ? 'settings.listedHint' : 'settings.inviteOnlyHint')}
        checked={room.visibility === 'listed'}
        onChange={changeVisibility}
      />
    </div>
  )
}

function NameAndTopic({ room, onSave }: { room: Room; onSave: (changes: Changes) => Promise<void> }) {
  const { t } = useTranslation('rooms')
  const errorText = useErrorText()
  const [name, setName] = useState(room.name)
  const [topic, setTopic] = useState(room.topic)
  const [problem, setProblem] = useState<string>()
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle')
  // Only what was changed is sent, so that two people do not undo each other.
  const changes: Changes = {
    ...(name.trim() !== room.name && { name: name.trim() }),
    ...(topic.trim() !== room.topic && { topic: topic.trim() }),
  }
  const isChanged = Object.keys(changes).length > 0

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!isChanged || name.trim() === '') return
    setState('saving')
    setProblem(undefined)
    try {
      await onSave(changes)
      setState('saved')
    } catch (error) {
      setProblem(errorText(error))
      setState('idle')
    }
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t('settings.name')}
        maxLength={80}
        autoComplete="off"
        value={name}
        error={name.trim() === '' ? t('settings.nameMissing') : undefined}
        onChange={({ target }) => setName(target.value)}
      />
      <TextArea
        label={t('settings.topic')}
        hint={t('settings.topicHint')}
        maxLength={250}
        rows={3}
        value={topic}
        onChange={({ target }) => setTopic(target.value)}
      />
      <FormError message={problem} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={!isChanged || name.trim() === '' || state === 'saving'}>
          {t('settings.save')}
        </Button>
        <span role="status" className="text-muted text-sm">
          {state === 'saved' && !isChanged && t('settings.saved')}
        </span>
      </div>
    </form>
  )
}
