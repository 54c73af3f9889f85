import type { Room, RoomMember } from '@parley/protocol/rooms'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch, type AppThunk } from '../../realtime/client-context.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.tsx'
import type { Pages } from '../../ui/use-pages.ts'
import { appoint, remove, restore } from './member-actions.ts'

export type MemberAction = 'makeAdmin' | 'makeMember' | 'handOver' | 'remove'

/** What whoever manages a room does to its members: shown at once, put right if the server refuses. */
export function useMemberActions({ id: roomId, name }: Room, { change, reload }: Pages<RoomMember>) {
  const { t } = useTranslation(['rooms', 'ui'])
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [heir, setHeir] = useState<RoomMember>()

  const attempt = async (thunk: AppThunk) => {
    try {
      await dispatch(thunk)
      return true
    } catch (error) {
      reload()
      await showToast({ title: errorText(error) })
      return false
    }
  }
  const giveRole = (member: RoomMember, role: 'admin' | 'member') => {
    change((items) => items.map((one) => (one.user.id === member.user.id ? { ...one, role } : one)))
    void attempt(appoint(roomId, member.user.id, role))
  }
  const removeOne = async (member: RoomMember) => {
    change((items) => items.filter((one) => one.user.id !== member.user.id))
    if (!(await attempt(remove(roomId, member.user.id)))) return
    const undo = () => void attempt(restore(roomId, member)).then(reload)
    await showToast({
      title: t('members.removed', { name: member.user.displayName }),
      action: { label: t('ui:undo'), run: undo },
    })
  }
  const handOver = async (member: RoomMember) => {
    await attempt(appoint(roomId, member.user.id, 'creator'))
    setHeir(undefined)
  }

  const act = (action: MemberAction, member: RoomMember) => {
    if (action === 'makeAdmin') giveRole(member, 'admin')
    else if (action === 'makeMember') giveRole(member, 'member')
    else if (action === 'remove') void removeOne(member)
    else setHeir(member)
  }
  const dialog = heir && (
    <ConfirmDialog
      title={t('members.handOverTitle', { room: name, name: heir.user.displayName })}
      confirmLabel={t('members.action.handOver')}
      onConfirm={() => handOver(heir)}
      onClose={() => setHeir(undefined)}
    >
      {t('members.handOverText', { name: heir.user.displayName })}
    </ConfirmDialog>
  )
  return { act, dialog }
}
