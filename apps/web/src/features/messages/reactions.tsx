import type { MessageRow, Reaction } from '@parley/protocol/messages'
import { useUsers } from '../people/use-user.ts'
import { useConversation } from './conversation-context.ts'

const namedMax = 10

/** Who reacted how; a click joins in or takes one's own back. */
export function Reactions({ row }: { row: MessageRow }) {
  const { t } = useTranslation('messages')
  const { canPost, actions } = useConversation()
  if (!row.reactions?.length) return null
  return (
    <ul aria-label={t('reactions.label')} className="my-1 flex flex-wrap gap-1.5">
      {row.reactions.map((reaction) => (
        <li key={reaction.emoji}>
          <Chip reaction={reaction} disabled={!canPost} onToggle={() => actions.react(row, reaction.emoji)} />
        </li>
      ))}
    </ul>
  )
}

interface ChipProps {
  reaction: Reaction
  disabled: boolean
  onToggle: () => void
}

function Chip({ reaction: { emoji, userIds }, disabled, onToggle }: ChipProps) {
  const { t, i18n } = useTranslation('messages')
  const { ownId } = useConversation()
  const [asked, setAsked] = useState(false)
  // Names are fetched when somebody wants to know, not for every chip that scrolls by.
  const people = useUsers(asked ? userIds.slice(0, namedMax) : [])
  const names = people.map((user) => (user?.id === ownId ? t('you') : (user?.displayName ?? '…')))
  const more = userIds.length - names.length
  const list = more > 0 && names.length > 0 ? [...names, t('system.more', { count: more })] : names
  const who = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(list)
  const count = userIds.length
  return (
    <button
      type="button"
      aria-pressed={userIds.includes(ownId)}
      aria-label={t('reactions.chip', { emoji, count })}
      data-tooltip={who || undefined}
      disabled={disabled}
      onPointerEnter={() => setAsked(true)}
      onFocus={() => setAsked(true)}
      onClick={onToggle}
      className="border-subtle text-muted hover:border-strong aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent flex h-[26px] items-center gap-[5px] rounded-full border px-2 text-sm tabular-nums pointer-coarse:h-9 pointer-coarse:px-3"
    >
      <span aria-hidden>{emoji}</span>
      {count}
    </button>
  )
}
