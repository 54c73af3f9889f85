import { getHistory, type MessageRow } from '@parley/protocol/messages'
import { useClient } from '../../realtime/client-context.tsx'
import { useUser } from '../people/use-user.ts'
import { useConversation } from './conversation-context.ts'
import { useMessagePreview } from './message-preview.tsx'

/** The message a reply answers, in one line; a click goes there. */
export function Quote({ seq }: { seq: number }) {
  const { t } = useTranslation('messages')
  const { actions } = useConversation()
  const row = useQuotedRow(seq)
  return (
    <button
      type="button"
      tabIndex={-1}
      onClick={() => actions.jump(seq)}
      className="text-muted hover:text-fg my-0.5 flex max-w-[min(60ch,100%)] min-w-0 items-center gap-1.5 text-left text-sm"
    >
      <span aria-hidden className="bg-strong/40 h-4 w-[3px] flex-none rounded-full" />
      {row ? <QuotedWords row={row} /> : <span>{row === null ? t('quote.gone') : '…'}</span>}
    </button>
  )
}

export function QuotedWords({ row }: { row: MessageRow }) {
  const sender = useUser(row.senderId)
  const words = useMessagePreview(row)
  return (
    <span className="truncate">
      {sender?.displayName ?? '…'}: {words}
    </span>
  )
}

/** A message of the room, from the loaded rows or asked for; undefined until it is there, null when it is gone. */
export function useQuotedRow(seq: number): MessageRow | null | undefined {
  const { roomId } = useConversation()
  const { rest, engine } = useClient()
  const [row, setRow] = useState<MessageRow | null | undefined>(() =>
    engine.view(roomId)?.rows.find((candidate) => candidate.seq === seq),
  )
  const isMissing = row === undefined
  useEffect(() => {
    const abort = new AbortController()
    if (isMissing) {
      const query = { roomId, around: seq, limit: 1 }
      rest.call(getHistory, { query }, { signal: abort.signal }).then(
        ({ rows }) => setRow(rows.find((candidate) => candidate.seq === seq) ?? null),
        (error: unknown) => {
          // The reply itself stays readable, and the click still goes there.
          if (!abort.signal.aborted) reportError(error)
        },
      )
    }
    const end = engine.on((event) => {
      if (event.type !== 'advanced' || event.roomId !== roomId) return
      const changed = event.rows.find((candidate) => candidate.seq === seq)
      if (changed) setRow(changed)
    })
    return () => {
      abort.abort()
      end()
    }
  }, [rest, engine, roomId, seq, isMissing])
  return row
}
