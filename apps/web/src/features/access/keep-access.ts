import type { ParleyClient } from '@parley/client/client'
import { getOwnAccess } from '@parley/protocol/access-contracts'
import type { Dispatch } from '@reduxjs/toolkit'
import { accessLoaded } from './access-slice.ts'

/** Keeps what one may do current: asked for with each connection, and when the server says that it changed. */
export const keepAccess = ({ rest, socket }: ParleyClient, dispatch: Dispatch) => {
  let asked: AbortController | undefined
  const load = () => {
    asked?.abort()
    const asking = new AbortController()
    asked = asking
    rest.call(getOwnAccess, {}, { signal: asking.signal }).then(
      (own) => {
        if (!asking.signal.aborted) dispatch(accessLoaded(own))
      },
      // The next connection asks again.
      (error: unknown) => {
        if (!asking.signal.aborted && socket.state() === 'online') reportError(error)
      },
    )
  }
  socket.on('session.ready', load)
  socket.on('access.changed', load)
}
