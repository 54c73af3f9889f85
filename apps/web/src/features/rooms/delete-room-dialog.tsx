import { Button } from '@chakra-ui/react'
import { deleteRoom, type Room } from '@parley/protocol/rooms'
import type { FormEvent } from 'react'
import { useLocation } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { roomLeft } from './rooms-slice.ts'

/** Deletes a room for everybody, once its name is typed. */
export function DeleteRoomDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { t } = useTranslation(['rooms', 'ui'])
  const { rest } = useClient()
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const formId = useId()
  const isRight = typed.trim() === room.name

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!isRight || busy) return
    setBusy(true)
    try {
      await rest.call(deleteRoom, { fields: { id: room.id } })
      onClose()
      navigate('/')
      dispatch(roomLeft({ roomId: room.id }))
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('settings.deleteTitle', { name: room.name })}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" form={formId} colorPalette="danger" disabled={!isRight || busy}>
            {t('settings.delete')}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">{t('settings.deleteText', { count: room.memberCount })}</p>
        <TextField
          label={t('settings.deleteType', { name: room.name })}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
        <FormError message={problem} />
      </form>
    </Dialog>
  )
}
