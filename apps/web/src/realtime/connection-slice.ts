import { createSlice } from '@reduxjs/toolkit'

export interface ConnectionState {
  /** `connecting` lasts until the first connection; `offline` means one was lost. */
  state: 'connecting' | 'online' | 'offline'
}

const initialState: ConnectionState = { state: 'connecting' }

export const connectionSlice = createSlice({
  name: 'connection',
  initialState,
  reducers: {
    connected: (connection) => {
      connection.state = 'online'
    },
    disconnected: (connection) => {
      if (connection.state === 'online') connection.state = 'offline'
    },
    /** The socket was closed on purpose, as on signing out. */
    closed: () => initialState,
  },
  selectors: { selectConnectionState: ({ state }) => state },
})

export const { connected, disconnected, closed } = connectionSlice.actions
export const { selectConnectionState } = connectionSlice.selectors
