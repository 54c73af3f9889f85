import { useSyncExternalStore } from 'react'

const tickMs = 30_000
const listeners = new Set<() => void>()
let offsetMs = 0
let tickedAt = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

const tick = () => {
  tickedAt = now()
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  timer ??= setInterval(tick, tickMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time by the server's clock, so that a device two hours off still says "just now". */
const now = () => Date.now() + offsetMs

/** Tells how far the server's clock is ahead of the device's. */
export const setClockOffsetMs = (ahead: number) => {
  offsetMs = ahead
  tick()
}

/** The time, renewed twice a minute for everything on screen at once. */
export const useNow = () => useSyncExternalStore(subscribe, () => tickedAt)
