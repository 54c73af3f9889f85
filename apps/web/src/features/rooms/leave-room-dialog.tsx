import { Button } from '@chakra-ui/react'
import { mayLeave } from '@parley/protocol/room-policy'
import type { Room } from '@parley/protocol/rooms'
import { useLocation } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.tsx'
import { leave } from './rooms-thunks.ts'

interface LeaveRoomDialogProps {
  room: Room
  onClose: () => void
}

/** Names what is lost; whoever answers for the room is shown how to hand it over instead. */
export function LeaveRoomDialog({ room, onClose }: LeaveRoomDialogProps) {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const [path, navigate] = useLocation()
  const title = t('list.leaveTitle', { name: room.name })

  if (!mayLeave(room.role, room.memberCount)) {
    const showMembers = () => {
      onClose()
      navigate(`/r/${room.id}?panel=members`)
    }
    return (
      <Dialog title={title} onClose={onClose} footer={<Button onClick={showMembers}>{t('list.showMembers')}</Button>}>
        <p className="text-muted">{t('list.handOverFirst')}</p>
      </Dialog>
    )
  }
  const confirm = async () => {
    try {
      await dispatch(leave(room.id))
      if (`${path}/`.startsWith(`/r/${room.id}/`)) navigate('/')
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
    onClose()
  }
  const isLast = room.memberCount === 1
  return (
    <ConfirmDialog title={title} confirmLabel={t('list.leave')} onConfirm={confirm} onClose={onClose}>
      {t(isLast ? 'list.leaveLast' : 'list.leaveText')}
    </ConfirmDialog>
  )
}
