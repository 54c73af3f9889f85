import { Button } from '@chakra-ui/react'
import { ApiError } from '@parley/client/api-error'
import { MessageCircleOff } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useLocation } from 'wouter'
import { useErrorText } from '../../errors/error-text.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { ConversationView } from './conversation-view.tsx'
import { MessagesSkeleton } from './messages-skeleton.tsx'
import { loadMarkdown } from './load-markdown.ts'
import { useRoom } from './use-room.ts'

interface ConversationProps {
  roomId: string
  /** A message to show first. */
  seq?: number
}

/** A room's messages, and where one writes the next. */
export function Conversation({ roomId, seq }: ConversationProps) {
  const ownId = useSelector(selectOwnId)
  const errorText = useErrorText()
  const room = useRoom(roomId)
  useEffect(loadMarkdown, [])
  if (room.status === 'ready' && ownId !== null) return <ConversationView room={room.data} ownId={ownId} seq={seq} />
  if (room.status !== 'failed') return <LoadingConversation />
  const isGone = room.error instanceof ApiError && room.error.code === 'NOT_FOUND'
  return isGone ? <NoSuchRoom /> : <ErrorState message={errorText(room.error)} onRetry={room.retry} />
}

function LoadingConversation() {
  return (
    <section className="bg-raised flex h-full flex-col">
      <div className="border-subtle h-14 flex-none border-b" />
      <MessagesSkeleton />
    </section>
  )
}

function NoSuchRoom() {
  const { t } = useTranslation('messages')
  const [, navigate] = useLocation()
  return (
    <EmptyState
      icon={<MessageCircleOff />}
      title={t('noRoom.title')}
      action={<Button onClick={() => navigate('/directory')}>{t('noRoom.action')}</Button>}
    >
      {t('noRoom.text')}
    </EmptyState>
  )
}
