import { Button } from '@chakra-ui/react'
import { mayDelete, mayManage } from '@parley/protocol/room-policy'
import type { Room } from '@parley/protocol/rooms'
import type { ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { Choice } from '../../ui/choice.tsx'
import { showToast } from '../../ui/toast.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { DeleteRoomDialog } from './delete-room-dialog.tsx'
import { InvitesSection } from './invites-section.tsx'
import { LeaveRoomDialog } from './leave-room-dialog.tsx'
import { RoomDetails } from './room-details.tsx'
import { keepRoom } from './rooms-thunks.ts'

/** How one keeps the room; for whoever manages it, what it is. */
export function RoomSettings({ room }: { room: Room }) {
  const isGroup = room.type === 'PUBLIC'
  return (
    <div className="flex h-full flex-col gap-6 overflow-y-auto px-4 pt-1 pb-8">
      <Keeping room={room} />
      {isGroup && mayManage(room.role) && (
        <>
          <Divided>
            <RoomDetails room={room} />
          </Divided>
          <Divided>
            <InvitesSection roomId={room.id} />
          </Divided>
        </>
      )}
      {isGroup && (
        <Divided>
          <Leaving room={room} />
        </Divided>
      )}
    </div>
  )
}

const Divided = ({ children }: { children: ReactNode }) => <div className="border-subtle border-t pt-6">{children}</div>

/** What everybody chooses for themselves. */
function Keeping({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const errorText = useErrorText()
  const keep = (change: Parameters<typeof keepRoom>[1]) => {
    dispatch(keepRoom(room, change)).catch((error: unknown) => showToast({ title: errorText(error) }))
  }
  const levels = ['all', 'mentions', 'none'] as const
  return (
    <div className="flex flex-col gap-4">
      <Choice
        label={t('settings.notify.label')}
        value={room.notify}
        options={levels.map((value) => ({ value, label: t(`settings.notify.${value}`) }))}
        onChange={(notify) => keep({ notify })}
      />
      <Toggle label={t('settings.pinned')} checked={room.pinned} onChange={(pinned) => keep({ pinned })} />
    </div>
  )
}

/** The ways out. */
function Leaving({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const [asking, setAsking] = useState<'leave' | 'delete'>()
  const close = () => setAsking(undefined)
  return (
    <div className="flex flex-wrap gap-2">
      <Button variant="outline" onClick={() => setAsking('leave')}>
        {t('list.leave')}
      </Button>
      {mayDelete(room.role) && (
        <Button variant="ghost" colorPalette="danger" onClick={() => setAsking('delete')}>
          {t('settings.delete')}
        </Button>
      )}
      {asking === 'leave' && <LeaveRoomDialog room={room} onClose={close} />}
      {asking === 'delete' && <DeleteRoomDialog room={room} onClose={close} />}
    </div>
  )
}
