import type { RefObject } from 'react'

const atEndWithinPx = 60

/**
 * Keeps the newest message in sight when something grows: the composer, a picture, an edited message. Whether one was at
 * the end is judged when scrolling only, since growing itself moves the end away.
 */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>, reachesEnd: boolean, startsAtEnd: boolean) {
  const frame = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(startsAtEnd)
  const keepAtEnd = useCallback(() => {
    const { current } = scroller
    if (isAtEnd.current) current?.scrollTo({ top: current.scrollHeight })
  }, [scroller])

  useEffect(() => {
    if (!frame.current) return undefined
    const observer = new ResizeObserver(keepAtEnd)
    observer.observe(frame.current)
    return () => observer.disconnect()
  }, [keepAtEnd])

  const noteScroll = () => {
    const { current } = scroller
    if (!current) return
    isAtEnd.current = reachesEnd && current.scrollHeight - current.scrollTop - current.clientHeight < atEndWithinPx
  }
  return { frame, keepAtEnd, noteScroll }
}
