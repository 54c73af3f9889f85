import type { ParleyClient } from '@parley/client/client'
import { getOwnMute } from '@parley/protocol/moderation'
import type { Dispatch } from '@reduxjs/toolkit'
import { muteLoaded } from './moderation-slice.ts'

/** Asks with each connection whether one may write: what was said about it meanwhile was not heard. */
export const keepMute = ({ rest, socket }: ParleyClient, dispatch: Dispatch) => {
  socket.on('session.ready', () => {
    rest.call(getOwnMute, {}).then(
      (mute) => dispatch(muteLoaded(mute)),
      // The next connection asks again; until then the server refuses what it must.
      (error: unknown) => {
        if (socket.state() === 'online') reportError(error)
      },
    )
  })
}
