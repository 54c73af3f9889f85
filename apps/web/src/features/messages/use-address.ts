import { useHistoryState } from 'wouter/use-browser-location'

/**
 * Jumps when the address comes to name another message, as on going back, and when somebody asks for the same one again:
 * then only the state that comes with the address is another.
 */
export function useAddress(seq: number | undefined, jump: (seq: number) => void) {
  const visit = useHistoryState<unknown>()
  const last = useRef({ seq, visit })
  useEffect(() => {
    const isAskedAgain = visit !== null && visit !== last.current.visit
    if (seq !== undefined && (seq !== last.current.seq || isAskedAgain)) jump(seq)
    last.current = { seq, visit }
  }, [seq, visit, jump])
}
