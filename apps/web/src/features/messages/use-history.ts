import type { Room } from '@parley/protocol/rooms'
import type { RefObject } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import { useClient } from '../../realtime/client-context.tsx'
import { isNews, listItems } from './list-items.ts'
import type { ListPlace } from './message-list.tsx'
import { loadPlace, savePlace } from './places.ts'
import { useRowPatches } from './row-patches.ts'
import { useNewLine } from './use-new-line.ts'
import { useJumps, useOpenRoom, useStretch } from './use-place.ts'
import { useReadMarks } from './use-read-marks.ts'
import { useOutboxEntries } from './use-room-view.ts'

interface HistoryOptions {
  room: Room
  ownId: string
  /** The message named in the address. */
  seq: number | undefined
  list: RefObject<VirtuosoHandle | null>
}

function startOf({ id, unread, readSeq }: Room, seq: number | undefined): ListPlace | null {
  if (seq !== undefined) return { seq, align: 'center' }
  const left = loadPlace(id)
  if (left && !left.atEnd) return { seq: left.seq, align: 'start' }
  return unread > 0 ? { seq: readSeq + 1, align: 'start', contextPx: 96 } : null
}

export type History = ReturnType<typeof useHistory>

/** The messages of an open room, and where in them its reader is. */
export function useHistory({ room, ownId, seq, list }: HistoryOptions) {
  const { engine } = useClient()
  const roomId = room.id
  // As the room was when it was opened: reading on does not move where one began.
  const [start] = useState(() => startOf(room, seq))
  const [{ readSeq, unread }] = useState(room)
  const [isAtEnd, setIsAtEnd] = useState(true)
  // Read when the place is kept, which is a moment after it was looked at.
  const atEnd = useRef(true)
  const [seenSeq, setSeenSeq] = useState(readSeq)

  const { view, isReady } = useOpenRoom(roomId, start)
  const entries = useOutboxEntries(roomId)
  const { rows, run } = useRowPatches(view.rows)
  const newAfterSeq = useNewLine(unread > 0 ? readSeq : null, rows, ownId)
  const { hasBefore, hasAfter } = view
  const items = useMemo(
    () => listItems({ rows, hasBefore, entries: hasAfter ? [] : entries, newAfterSeq, ownId }),
    [rows, hasBefore, hasAfter, entries, newAfterSeq, ownId],
  )
  const stretch = useStretch(view.rows)
  const jumps = useJumps({ roomId, view, items, list, start, seq })
  useReadMarks({ roomId, ownId, readSeq, seenSeq })

  const onSeen = useCallback(
    (first: number, last: number) => {
      setSeenSeq((seen) => Math.max(seen, last))
      savePlace(roomId, { seq: first, atEnd: atEnd.current })
    },
    [roomId],
  )
  const onAtEnd = (atBottom: boolean) => {
    atEnd.current = atBottom && !hasAfter
    setIsAtEnd(atEnd.current)
    engine.setAtEnd(roomId, atEnd.current)
  }
  const unseenCount = hasAfter
    ? Math.max(0, (view.head?.seq ?? 0) - seenSeq)
    : rows.filter((row) => row.seq > seenSeq && isNews(row, ownId)).length

  return { view, isReady, rows, run, items, stretch, jumps, isAtEnd, unseenCount, onSeen, onAtEnd }
}
