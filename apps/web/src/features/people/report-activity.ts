import type { RealtimeSocket } from '@parley/client/socket'

const awayAfterMs = 5 * 60_000
const activity = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus']

/** Tells the server when nobody has touched this device for five minutes, and when somebody is back. */
export const reportActivity = (socket: RealtimeSocket) => {
  let state: 'online' | 'away' = 'online'
  let timer: ReturnType<typeof setTimeout> | undefined

  const report = (next: typeof state) => {
    state = next
    if (socket.state() !== 'online') return
    socket.command('presence.set', { state }).catch(() => {
      // The connection went away; `session.ready` reports again.
    })
  }
  const onActivity = () => {
    clearTimeout(timer)
    timer = setTimeout(report, awayAfterMs, 'away')
    if (state === 'away') report('online')
  }

  for (const name of activity) window.addEventListener(name, onActivity, { passive: true, capture: true })
  socket.on('session.ready', () => state === 'away' && report('away'))
  onActivity()
}
