import type { MessageRow } from '@parley/protocol/messages'
import { useUser } from '../people/use-user.ts'
import { isNews } from './list-items.ts'
import { useMessagePreview } from './message-preview.tsx'

const announceEveryMs = 2_000

/** Reads new messages out to those who listen: one by name and words, several as a number. */
export function Announcer({ rows, ownId }: { rows: readonly MessageRow[]; ownId: string }) {
  const [told, setTold] = useState<{ count: number; last: MessageRow } | null>(null)
  const lastSeq = useRef(rows.at(-1)?.seq ?? 0)
  const waiting = useRef<MessageRow[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  useEffect(() => {
    const newest = rows.at(-1)?.seq ?? 0
    const isNext = newest > lastSeq.current && (rows[0]?.seq ?? 0) <= lastSeq.current
    // A jump to another place of the history is not news.
    if (isNext) waiting.current.push(...rows.filter((row) => row.seq > lastSeq.current && isNews(row, ownId)))
    lastSeq.current = Math.max(lastSeq.current, newest)
    if (waiting.current.length === 0) return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      const last = waiting.current.at(-1)
      if (last) setTold({ count: waiting.current.length, last })
      waiting.current = []
    }, announceEveryMs)
  }, [rows, ownId])
  useEffect(() => () => clearTimeout(timer.current), [])

  return (
    <div aria-live="polite" className="sr-only">
      {told && <Announcement key={told.last.seq} count={told.count} last={told.last} />}
    </div>
  )
}

function Announcement({ count, last }: { count: number; last: MessageRow }) {
  const { t } = useTranslation('messages')
  const sender = useUser(last.senderId)
  const words = useMessagePreview(last)
  if (count > 1) return <>{t('new.several', { count })}</>
  return sender ? <>{`${sender.displayName}: ${words}`}</> : null
}
