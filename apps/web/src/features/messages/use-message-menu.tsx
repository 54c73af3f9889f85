import type { MessageRow } from '@parley/protocol/messages'
import { Copy, Flag, Link, Pencil, Pin, PinOff, Reply, Trash2 } from 'lucide-react'
import type { MenuItem } from '../../ui/menu.tsx'
import { useConversation } from './conversation-context.ts'

/** What somebody may do to a message, in groups; actions that are not allowed are not there. */
export function useMessageMenu(row: MessageRow): MenuItem[][] {
  const { t } = useTranslation('messages')
  const { ownId, isPrivate, role, canPost, actions } = useConversation()
  const isOwn = row.senderId === ownId
  const mayRecall = isOwn || (!isPrivate && role !== 'member')
  const hasText = row.body.kind === 'text' || (row.body.kind === 'media' && Boolean(row.body.caption))
  const item = (
    id: Exclude<keyof typeof actions, 'jump' | 'react' | 'retry' | 'discard'>,
    rest: Omit<MenuItem, 'id' | 'run'>,
  ) => ({
    id,
    run: () => actions[id](row),
    ...rest,
  })
  const isPinned = row.pinnedAt !== undefined
  return [
    [
      ...(canPost ? [item('reply', { label: t('action.reply'), icon: <Reply />, shortcut: 'R' })] : []),
      ...(canPost && isOwn ? [item('edit', { label: t('action.edit'), icon: <Pencil />, shortcut: 'E' })] : []),
    ],
    [
      ...(hasText ? [item('copyText', { label: t('action.copyText'), icon: <Copy /> })] : []),
      item('copyLink', { label: t('action.copyLink'), icon: <Link /> }),
      ...(canPost
        ? [item('pin', { label: t(isPinned ? 'action.unpin' : 'action.pin'), icon: isPinned ? <PinOff /> : <Pin /> })]
        : []),
    ],
    isOwn ? [] : [item('report', { label: t('action.report'), icon: <Flag /> })],
    mayRecall ? [item('recall', { label: t('action.recall'), icon: <Trash2 />, danger: true })] : [],
  ]
}
