import type { MessageRow } from '@parley/protocol/messages'
import { useClient } from '../../realtime/client-context.tsx'

/** Calls `onRows` with what is new or changed in a room. */
export function useAdvanced(roomId: string, onRows: (rows: readonly MessageRow[]) => void) {
  const { engine } = useClient()
  const latest = useRef(onRows)
  useEffect(() => {
    latest.current = onRows
  })
  useEffect(
    () =>
      engine.on((event) => {
        if (event.type === 'advanced' && event.roomId === roomId) latest.current(event.rows)
      }),
    [engine, roomId],
  )
}
