import type { ParleyClient } from '@parley/client/client'
import type { Dispatch } from '@reduxjs/toolkit'
import { setClockOffsetMs } from '../ui/clock.ts'
import { closed, connected, disconnected } from './connection-slice.ts'
import { roomAdvanced, roomsStale } from './engine-events.ts'
import { eventActions } from './events.ts'

type HeardEvent = keyof typeof eventActions

const isHeard = (name: string): name is HeardEvent => Object.hasOwn(eventActions, name)

/**
 * From now on what the socket and the engine say becomes Redux actions. Rows on screen are not among them: a conversation
 * takes its view from the engine itself, which keeps them once.
 */
export const connectRealtime = ({ socket, engine, clock }: ParleyClient, dispatch: Dispatch) => {
  const hear = <N extends HeardEvent>(name: N) => {
    const action = eventActions[name]
    socket.on(name, (payload) => dispatch(action(payload)))
  }
  for (const name of Object.keys(eventActions).filter(isHeard)) hear(name)

  socket.on('session.ready', () => setClockOffsetMs(clock.offsetMs()))
  socket.onState((state) => {
    if (state === 'online') dispatch(connected())
    else dispatch(state === 'stopped' ? closed() : disconnected())
  })
  engine.on((event) => {
    if (event.type === 'advanced') dispatch(roomAdvanced({ roomId: event.roomId, rows: event.rows }))
    if (event.type === 'stale') dispatch(roomsStale(event.roomIds))
  })
}
