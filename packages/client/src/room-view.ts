import type { MessageRow, RoomHead } from '@parley/protocol/messages'
import type { ApiError } from './api-error.ts'
import type { RoomLog } from './room-log.ts'

/** A room as a screen shows it. Immutable; unchanged rows stay the same objects. */
export interface RoomView {
  readonly roomId: string
  /** `failed` has nothing to show; a loaded room stays `ready` when a further load fails, and says so in `error`. */
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error: ApiError | null
  readonly rows: readonly MessageRow[]
  readonly hasBefore: boolean
  readonly hasAfter: boolean
  readonly loadingBefore: boolean
  readonly loadingAfter: boolean
  readonly head: RoomHead | null
}

export const emptyView = (roomId: string): RoomView => ({
  roomId,
  status: 'loading',
  error: null,
  rows: [],
  hasBefore: false,
  hasAfter: false,
  loadingBefore: false,
  loadingAfter: false,
  head: null,
})

/** The view after `last`; the same object when nothing a screen shows has changed. */
export function nextView(
  { window, head }: RoomLog,
  last: RoomView,
  state: Pick<RoomView, 'error' | 'loadingBefore' | 'loadingAfter'>,
): RoomView {
  const next = viewOf(window, head, last, state)
  return same(last, next) ? last : next
}

function viewOf(
  window: RoomLog['window'],
  head: RoomLog['head'],
  last: RoomView,
  state: Pick<RoomView, 'error' | 'loadingBefore' | 'loadingAfter'>,
): RoomView {
  if (window) {
    const { rows, hasBefore, hasAfter } = window
    return { roomId: last.roomId, status: 'ready', rows, hasBefore, hasAfter, head, ...state }
  }
  // While a window is replaced the last one stays on screen.
  return { ...last, ...state, head, status: state.error ? 'failed' : 'loading' }
}

function same(a: RoomView, b: RoomView): boolean {
  return (
    a.status === b.status &&
    a.error === b.error &&
    a.rows === b.rows &&
    a.hasBefore === b.hasBefore &&
    a.hasAfter === b.hasAfter &&
    a.loadingBefore === b.loadingBefore &&
    a.loadingAfter === b.loadingAfter &&
    a.head === b.head
  )
}
