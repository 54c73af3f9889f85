import type { MessageRow } from '@parley/protocol/messages'
import { isNews } from './list-items.ts'

/** After which message the line "New" stands: what was unread on opening, and what came while somebody looked away. */
export function useNewLine(unreadAfterSeq: number | null, rows: readonly MessageRow[], ownId: string) {
  const [afterSeq, setAfterSeq] = useState(unreadAfterSeq)
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  })
  useEffect(() => {
    const onBlur = () => setAfterSeq(latest.current.at(-1)?.seq ?? null)
    const onFocus = () =>
      setAfterSeq((after) => {
        const hasNews = latest.current.some((row) => row.seq > (after ?? Infinity) && isNews(row, ownId))
        return hasNews ? after : null
      })
    window.addEventListener('blur', onBlur)
    window.addEventListener('focus', onFocus)
    return () => {
      window.removeEventListener('blur', onBlur)
      window.removeEventListener('focus', onFocus)
    }
  }, [ownId])
  return afterSeq
}
