import { useSelector } from 'react-redux'
import { Conversation, ConversationSkeleton, NoSuchRoom } from '../features/messages/conversation.tsx'
import { roomsRetried, selectRoom, selectRoomsStatus, type RoomsRoot } from '../features/rooms/rooms-slice.ts'
import { loadRooms } from '../features/rooms/rooms-thunks.ts'
import { useAppDispatch } from '../realtime/client-context.tsx'
import { ErrorState } from '../ui/error-state.tsx'

interface RoomPageProps {
  roomId: string
  /** A message to show first. */
  seq?: number
}

/** The conversation of one of one's rooms. */
export function RoomPage({ roomId, seq }: RoomPageProps) {
  const { t } = useTranslation('rooms')
  const dispatch = useAppDispatch()
  const room = useSelector((root: RoomsRoot) => selectRoom(root, roomId))
  const status = useSelector(selectRoomsStatus)
  if (room) return <Conversation room={room} seq={seq} />
  if (status === 'ready') return <NoSuchRoom />
  if (status === 'loading') return <ConversationSkeleton />
  const retry = () => {
    dispatch(roomsRetried())
    dispatch(loadRooms()).catch(reportError)
  }
  return <ErrorState message={t('list.failed')} onRetry={retry} />
}
