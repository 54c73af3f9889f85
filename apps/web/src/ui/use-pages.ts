interface Loaded<T> {
  items: readonly T[]
  nextCursor: string | null
}

/** Asks for the page at `cursor`, the first one without. */
export type LoadPage<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Loaded<T>>

interface State<T> extends Loaded<T> {
  /** The `load` whose answer this is. */
  of: LoadPage<T> | null
  hasFailed: boolean
  /** Why the last pages asked for did not come. */
  error?: unknown
}

export interface Pages<T> extends Loaded<T> {
  status: 'loading' | 'failed' | 'ready'
  /** Why the last pages asked for did not come, be it the first or further ones. */
  error: unknown
  loadMore: () => void
  /** Asks again for what failed. */
  retry: () => void
  /** Asks again for as much as is there, which stays until the answer comes. */
  reload: () => void
  /** Shows at once what somebody just did; a reload says how it really is. */
  change: (change: (items: readonly T[]) => readonly T[]) => void
}

const nothing = { of: null, items: [], nextCursor: null, hasFailed: false }

/**
 * A list that is loaded page by page. It begins anew when `load` becomes another function: wrap it in `useCallback`. What
 * was there stays until the new answer comes, so that a list does not flash while somebody types.
 */
export function usePages<T>(load: LoadPage<T>): Pages<T> {
  const [state, setState] = useState<State<T>>(nothing)
  const running = useRef<AbortController>(undefined)

  const run = useCallback(
    (work: (signal: AbortSignal) => Promise<Loaded<T>>) => {
      const controller = new AbortController()
      running.current?.abort()
      running.current = controller
      const end = (next: (current: State<T>) => State<T>) => {
        if (running.current !== controller) return
        running.current = undefined
        setState(next)
      }
      work(controller.signal).then(
        (loaded) => end(() => ({ of: load, hasFailed: false, ...loaded })),
        (error: unknown) =>
          end((current) => ({ ...current, of: load, hasFailed: current.of !== load || current.hasFailed, error })),
      )
    },
    [load],
  )

  const loadAtLeast = useCallback(
    (count: number) =>
      run(async (signal) => {
        let page = await load(undefined, signal)
        const items = [...page.items]
        while (items.length < count && page.nextCursor !== null) {
          // Each page begins where the one before ended.
          // oxlint-disable-next-line no-await-in-loop
          page = await load(page.nextCursor, signal)
          items.push(...page.items)
        }
        return { items, nextCursor: page.nextCursor }
      }),
    [load, run],
  )

  useEffect(() => {
    loadAtLeast(0)
    return () => {
      running.current?.abort()
      running.current = undefined
    }
  }, [loadAtLeast])

  const { of, items, nextCursor, hasFailed, error } = state
  const status = of !== load ? 'loading' : hasFailed ? 'failed' : 'ready'

  const loadMore = () => {
    if (status !== 'ready' || nextCursor === null || running.current) return
    setState((current) => ({ ...current, error: undefined }))
    run(async (signal) => {
      const page = await load(nextCursor, signal)
      return { items: [...items, ...page.items], nextCursor: page.nextCursor }
    })
  }

  return {
    status,
    items,
    nextCursor,
    error,
    loadMore,
    retry: () => {
      if (status === 'ready' && nextCursor !== null) {
        loadMore()
        return
      }
      if (status === 'failed') setState(nothing)
      loadAtLeast(items.length)
    },
    reload: () => loadAtLeast(items.length),
    change: (change) => setState((current) => ({ ...current, items: change(current.items) })),
  }
}
