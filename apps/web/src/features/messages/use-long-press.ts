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
  return {
    onPointerDown: ({ pointerType, clientX: x, clientY: y }: PointerEvent) => {
      end()
      if (pointerType !== 'mouse') start.current = { x, y, timer: setTimeout(onPress, pressMs) }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const from = start.current
      if (from && Math.hypot(clientX - from.x, clientY - from.y) > slackPx) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}
