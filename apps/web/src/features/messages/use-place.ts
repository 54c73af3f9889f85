import type { RoomView } from '@parley/client/room-view'
import type { MessageRow } from '@parley/protocol/messages'
import type { RefObject } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import { useClient } from '../../realtime/client-context.tsx'
import type { ListItem } from './list-items.ts'
import type { ListPlace } from './message-list.tsx'
import { useAddress } from './use-address.ts'
import { useRoomView } from './use-room-view.ts'

const highlightedForMs = 2_000

/** Where a conversation begins: at the message asked for, where one was, at the first unread, or at the end. */
export function useOpenRoom(roomId: string, start: ListPlace | null) {
  const { engine } = useClient()
  const view = useRoomView(roomId)
  const [isOpen, setIsOpen] = useState(false)
  const [around] = useState(start)
  useEffect(() => {
    let gone = false
    const open = async () => {
      await engine.open(roomId, around ? { around: around.seq } : {})
      if (!around && engine.view(roomId)?.hasAfter) await engine.jumpToLatest(roomId)
      if (!gone) setIsOpen(true)
    }
    void open()
    return () => {
      gone = true
      engine.close(roomId)
    }
  }, [engine, roomId, around])
  // What was kept of an earlier visit shows before the server has answered.
  return { view, isReady: view.status === 'ready' && (isOpen || holds(view, around)) }
}

const holds = ({ rows, hasAfter }: RoomView, place: ListPlace | null) =>
  place ? (rows[0]?.seq ?? Infinity) <= place.seq && place.seq <= (rows.at(-1)?.seq ?? 0) : !hasAfter

/** Counts up whenever the rows are those of another place: then the list begins anew instead of sliding there. */
export function useStretch(rows: readonly MessageRow[]): number {
  const from = rows[0]?.seq ?? 0
  const to = rows.at(-1)?.seq ?? 0
  const [stretch, setStretch] = useState({ from, to, count: 0 })
  if (stretch.from === from && stretch.to === to) return stretch.count
  const isElsewhere = from > stretch.to + 1 || to + 1 < stretch.from
  const next = { from, to, count: stretch.count + (isElsewhere ? 1 : 0) }
  setStretch(next)
  return next.count
}

interface JumpOptions {
  roomId: string
  view: RoomView
  items: readonly ListItem[]
  list: RefObject<VirtuosoHandle | null>
  start: ListPlace | null
  /** The message named in the address. */
  seq: number | undefined
}

/** Moves the list to a message, loading what lies around it, and marks it for a moment. */
export function useJumps({ roomId, view, items, list, start, seq }: JumpOptions) {
  const { engine } = useClient()
  const [place, setPlace] = useState(start)
  // A new object for each jump, so that the same message can be jumped to again.
  const [highlight, setHighlight] = useState(() => (seq === undefined ? null : { seq }))
  const target = useRef<number | null>(null)
  const following = useRef(false)

  const jump = useCallback(
    (to: number) => {
      target.current = to
      setPlace({ seq: to, align: 'center' })
      setHighlight({ seq: to })
      const rows = engine.view(roomId)?.rows ?? []
      if (!rows.some((row) => row.seq === to)) void engine.jumpTo(roomId, to)
    },
    [engine, roomId],
  )
  const jumpToEnd = useCallback(() => {
    target.current = null
    following.current = true
    setPlace(null)
    const toEnd = () => list.current?.scrollToIndex({ index: 'LAST', align: 'end' })
    if (engine.view(roomId)?.hasAfter) void engine.jumpToLatest(roomId).then(toEnd)
    else toEnd()
  }, [engine, roomId, list])

  const index = highlight ? items.findIndex((item) => item.kind === 'row' && item.row.seq === highlight.seq) : -1
  const isThere = index >= 0 && view.status === 'ready'
  useEffect(() => {
    if (!isThere || !highlight || target.current !== highlight.seq) return
    target.current = null
    list.current?.scrollToIndex({ index, align: 'center' })
  }, [isThere, highlight, index, list])
  useEffect(() => {
    if (!isThere || !highlight) return undefined
    const timer = setTimeout(setHighlight, highlightedForMs, null)
    return () => clearTimeout(timer)
  }, [isThere, highlight])
  useAddress(seq, jump)

  return {
    place,
    highlightedSeq: highlight?.seq ?? null,
    jump,
    jumpToEnd,
    /** Whether the message that is about to appear was just sent from here; true once. */
    takeFollowing: () => {
      const follows = following.current
      following.current = false
      return follows
    },
  }
}
