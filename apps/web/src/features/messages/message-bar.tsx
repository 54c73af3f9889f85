import type { MessageRow } from '@parley/protocol/messages'
import { Ellipsis, Reply } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { useConversation } from './conversation-context.ts'
import { EmojiButton } from './emoji-button.tsx'
import { useMessageMenu } from './use-message-menu.tsx'

interface MessageBarProps {
  row: MessageRow
  /** Something of the bar is open, so it has to stay. */
  onHold: (held: boolean) => void
}

/** The small bar over a message under the pointer. It lies above the text, so nothing moves. */
export function MessageBar({ row, onHold }: MessageBarProps) {
  const { t } = useTranslation('messages')
  const { canPost, actions } = useConversation()
  const groups = useMessageMenu(row)
  const size = '!h-[30px] !w-8'
  return (
    <div
      role="toolbar"
      aria-label={t('action.bar')}
      className="border-subtle bg-raised shadow-raised absolute -top-3.5 right-5 z-1 flex rounded-md border"
    >
      {canPost && (
        <>
          <EmojiButton
            label={t('action.react')}
            className={size}
            onOpenChange={onHold}
            onPick={(emoji) => actions.react(row, emoji)}
          />
          <IconButton label={t('action.reply')} shortcut="R" className={size} onClick={() => actions.reply(row)}>
            <Reply />
          </IconButton>
        </>
      )}
      <Menu
        groups={groups}
        onOpenChange={onHold}
        trigger={
          <IconButton label={t('action.more')} data-menu className={size}>
            <Ellipsis />
          </IconButton>
        }
      />
    </div>
  )
}
