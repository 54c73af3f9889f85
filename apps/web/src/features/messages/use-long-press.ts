import type { PointerEvent } from 'react'

const pressMs = 450
const slackPx = 10

/** Calls back when a finger rests on something; moving it, as in scrolling, calls it off. */
export function useLongPress(onPress: () => void) {
  const start = useRef<{ x: number; y: number; timer: ReturnType<typeof setTimeout> }>(undefined)
  const end = () => {
    clearTimeout(start.current?.timer)
    start.current = undefined
  }
  const press = () => {
    ignoreTap()
    onPress()
  }
  return {
    onPointerDown: ({ pointerType, clientX: x, clientY: y }: PointerEvent) => {
      end()
      if (pointerType !== 'mouse') start.current = { x, y, timer: setTimeout(press, pressMs) }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const from = start.current
      if (from && Math.hypot(clientX - from.x, clientY - from.y) > slackPx) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}

/** A finger lifted at once would tap on what has just opened under it, and close it again. */
function ignoreTap() {
  const lifted = new AbortController()
  const { signal } = lifted
  const onEnd = (event: TouchEvent) => {
    if (event.cancelable) event.preventDefault()
    lifted.abort()
  }
  window.addEventListener('touchend', onEnd, { signal, passive: false })
  window.addEventListener('touchcancel', () => lifted.abort(), { signal })
}
