import { Button } from '@chakra-ui/react'
import type { PublicUser } from '@parley/protocol/people'
import type { Room } from '@parley/protocol/rooms'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { add } from './member-actions.ts'
import { PeoplePicker } from './people-picker.tsx'

/** Adds people to a group without an invitation. */
export function AddPeopleDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { t } = useTranslation(['rooms', 'ui'])
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [chosen, setChosen] = useState<readonly PublicUser[]>([])
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      await dispatch(
        add(
          room.id,
          chosen.map(({ id }) => id),
        ),
      )
      onClose()
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('members.addTitle', { room: room.name })}
      onClose={onClose}
      footer={
        <>
          <Button variant="outline" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button disabled={busy || chosen.length === 0} onClick={submit}>
            {chosen.length === 0 ? t('members.addNobody') : t('members.addCount', { count: chosen.length })}
          </Button>
        </>
      }
    >
      <PeoplePicker label={t('create.members')} chosen={chosen} onChange={setChosen} />
      <FormError message={problem} />
    </Dialog>
  )
}
