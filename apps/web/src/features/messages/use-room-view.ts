import { emptyView, type RoomView } from '@parley/client/room-view'
import type { OutboxEntry } from '@parley/client/outbox-store'
import { useSyncExternalStore } from 'react'
import { useClient } from '../../realtime/client-context.tsx'

/** What the engine has of a room. Rows that did not change are the same objects as before. */
export function useRoomView(roomId: string): RoomView {
  const { engine } = useClient()
  const nothing = useMemo(() => emptyView(roomId), [roomId])
  return useSyncExternalStore(
    useCallback((listener) => engine.subscribe(roomId, listener), [engine, roomId]),
    () => engine.view(roomId) ?? nothing,
  )
}

/** What is on its way out in a room. */
export function useOutboxEntries(roomId: string): readonly OutboxEntry[] {
  const { outbox } = useClient()
  return useSyncExternalStore(
    useCallback(
      (listener) =>
        outbox.onChange((changedId) => {
          if (changedId === roomId) listener()
        }),
      [outbox, roomId],
    ),
    () => outbox.entries(roomId),
  )
}
