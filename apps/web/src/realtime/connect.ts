import type { ParleyClient } from '@parley/client/client'
import type { Dispatch } from '@reduxjs/toolkit'
import { setClockOffsetMs } from '../ui/clock.ts'
import { closed, connected, disconnected } from './connection-slice.ts'
import { eventActions } from './events.ts'

type HeardEvent = keyof typeof eventActions

const isHeard = (name: string): name is HeardEvent => Object.hasOwn(eventActions, name)

/** From now on what the socket says becomes Redux actions. */
export const connectRealtime = ({ socket }: ParleyClient, dispatch: Dispatch) => {
  const hear = <N extends HeardEvent>(name: N) => {
    const action = eventActions[name]
    socket.on(name, (payload) => dispatch(action(payload)))
  }
  for (const name of Object.keys(eventActions).filter(isHeard)) hear(name)

  socket.on('session.ready', ({ serverTime }) => setClockOffsetMs(Date.parse(serverTime) - Date.now()))
  socket.onState((state) => {
    if (state === 'online') dispatch(connected())
    else dispatch(state === 'stopped' ? closed() : disconnected())
  })
}
