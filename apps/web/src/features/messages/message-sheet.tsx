import type { MessageRow } from '@parley/protocol/messages'
import { Dialog } from '../../ui/dialog.tsx'
import { useConversation } from './conversation-context.ts'
import { useMessageMenu } from './use-message-menu.tsx'

const quickEmoji = ['👍', '❤️', '😂', '🎉', '👀', '✅']

/** What a long press opens: a few reactions and everything the bar's menu holds. */
export default function MessageSheet({ row, onClose }: { row: MessageRow; onClose: () => void }) {
  const { t } = useTranslation('messages')
  const { canPost, actions } = useConversation()
  const groups = useMessageMenu(row).filter((group) => group.length > 0)
  return (
    <Dialog title={t('action.title')} onClose={onClose}>
      {canPost && (
        <div className="flex justify-between pb-2">
          {quickEmoji.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={t('action.reactWith', { emoji })}
              onClick={() => {
                onClose()
                actions.react(row, emoji)
              }}
              className="bg-hover grid size-11 place-items-center rounded-full text-xl"
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
      {groups.map((group) => (
        <ul key={group[0]?.id} className="border-subtle border-t py-1">
          {group.map(({ id, label, icon, danger, run }) => (
            <li key={id}>
              <button
                type="button"
                onClick={() => {
                  onClose()
                  run()
                }}
                className={`flex min-h-11 w-full items-center gap-3 rounded-md px-1 text-left [&_svg]:icon ${danger ? 'text-danger' : '[&_svg]:text-muted'}`}
              >
                {icon}
                {label}
              </button>
            </li>
          ))}
        </ul>
      ))}
    </Dialog>
  )
}
