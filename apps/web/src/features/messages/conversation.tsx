import { Button } from '@chakra-ui/react'
import type { Room } from '@parley/protocol/rooms'
import { MessageCircleOff } from 'lucide-react'
import { useSelector } from 'react-redux'
import { useLocation } from 'wouter'
import { EmptyState } from '../../ui/empty-state.tsx'
import { selectOwnId } from '../identity/identity-slice.ts'
import { ConversationView } from './conversation-view.tsx'
import { loadMarkdown } from './load-markdown.ts'
import { MessagesSkeleton } from './messages-skeleton.tsx'

interface ConversationProps {
  room: Room
  /** A message to show first. */
  seq: number | undefined
}

/** A room's messages, and where one writes the next. */
export function Conversation({ room, seq }: ConversationProps) {
  const ownId = useSelector(selectOwnId)
  useEffect(loadMarkdown, [])
  return ownId === null ? null : <ConversationView room={room} ownId={ownId} seq={seq} />
}

/** The shape of a conversation whose room is not known yet. */
export function ConversationSkeleton() {
  useEffect(loadMarkdown, [])
  return (
    <section className="bg-raised flex h-full flex-col">
      <div className="border-subtle h-14 flex-none border-b" />
      <MessagesSkeleton />
    </section>
  )
}

/** There is no such room, or one is not in it. */
export function NoSuchRoom() {
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
