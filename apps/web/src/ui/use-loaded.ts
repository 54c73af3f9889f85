export type Loaded<T> =
  | { status: 'loading' }
  | { status: 'failed'; error: unknown; retry: () => void }
  | { status: 'ready'; data: T; reload: () => void }

type Outcome<T> = { of: unknown; data: T } | { of: unknown; error: unknown }

/**
 * Loads when shown, and again when `load` becomes another function: wrap it in `useCallback`. What was asked for before
 * is aborted, so a late answer never replaces a newer one.
 */
export const useLoaded = <T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> => {
  const [outcome, setOutcome] = useState<Outcome<T>>()
  const running = useRef<AbortController>(undefined)

  const start = useCallback(() => {
    const controller = new AbortController()
    running.current?.abort()
    running.current = controller
    load(controller.signal).then(
      (data) => !controller.signal.aborted && setOutcome({ of: load, data }),
      (error: unknown) => !controller.signal.aborted && setOutcome({ of: load, error }),
    )
    return () => controller.abort()
  }, [load])
  useEffect(start, [start])

  if (outcome?.of !== load) return { status: 'loading' }
  if ('data' in outcome) return { status: 'ready', data: outcome.data, reload: start }
  const retry = () => {
    setOutcome(undefined)
    start()
  }
  return { status: 'failed', error: outcome.error, retry }
}
