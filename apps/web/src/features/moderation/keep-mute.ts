import type { ParleyClient } from '@parley/client/client'
import { getOwnMute, listWarnings } from '@parley/protocol/moderation'
import type { Dispatch } from '@reduxjs/toolkit'
import { muteLoaded, warningsLoaded } from './moderation-slice.ts'

/** Asks with each connection whether one may write and was warned: what was said about it meanwhile was not heard. */
export const keepMute = ({ rest, socket }: ParleyClient, dispatch: Dispatch) => {
  // The next connection asks again; until then the server refuses what it must.
  const failed = (error: unknown) => {
    if (socket.state() === 'online') reportError(error)
  }
  const askWarnings = () => {
    rest.call(listWarnings, {}).then(({ items }) => dispatch(warningsLoaded(items)), failed)
  }
  socket.on('session.ready', () => {
    rest.call(getOwnMute, {}).then((mute) => dispatch(muteLoaded(mute)), failed)
    askWarnings()
  })
  socket.on('notification', ({ kind }) => {
    if (kind === 'warning') askWarnings()
  })
}
