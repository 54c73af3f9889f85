import type { KeyboardEvent, RefObject } from 'react'
import type { VirtuosoHandle } from 'react-virtuoso'
import type { ListItem } from './list-items.ts'

interface RowKeys {
  items: readonly ListItem[]
  list: RefObject<VirtuosoHandle | null>
  scroller: RefObject<HTMLElement | null>
  /** A key was pressed on a message; answers whether it meant something. */
  onKey: (key: string, seq: number) => boolean
}

const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 }

/** Arrows move from message to message; the list is one stop of Tab. */
export function useRowKeys({ items, list, scroller, onKey }: RowKeys) {
  const [focusedKey, setFocusedKey] = useState<string | null>(null)
  const rows = items.filter((item) => item.kind === 'row')
  const isThere = rows.some(({ key }) => key === focusedKey)
  const activeKey = isThere ? focusedKey : (rows.at(-1)?.key ?? null)

  const focusRow = (seq: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`)?.focus({ preventScroll: true })

  const move = (seq: number, step: number) => {
    const index = items.findIndex((item) => item.kind === 'row' && item.row.seq === seq)
    const next = items[index + step]
    if (next?.kind !== 'row') return
    setFocusedKey(next.key)
    list.current?.scrollIntoView({ index: index + step, done: () => focusRow(next.row.seq) })
    focusRow(next.row.seq)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target instanceof HTMLElement ? event.target : null
    const row = target?.closest<HTMLElement>('[data-seq]')
    const seq = Number(row?.dataset.seq)
    if (!row || !seq || event.ctrlKey || event.metaKey || event.altKey) return
    // From a button of the row back to the row, whose keys these are.
    if (target !== row) return event.key === 'Escape' ? row.focus() : undefined
    const step = steps[event.key]
    if (step !== undefined) move(seq, step)
    else if (event.key === 'Enter') row.querySelector<HTMLElement>('[data-menu]')?.click()
    else if (!onKey(event.key, seq)) return
    event.preventDefault()
  }

  return { activeKey, onKeyDown }
}
