import type { ParleyClient } from '@parley/client/client'
import type { ThunkAction, ThunkDispatch, UnknownAction } from '@reduxjs/toolkit'
import { createContext, type ReactNode } from 'react'
import { useDispatch } from 'react-redux'

const ClientContext = createContext<ParleyClient | null>(null)

/** Hands the one client to the components; thunks get the same one as their extra argument. */
export function ClientProvider({ client, children }: { client: ParleyClient; children: ReactNode }) {
  return <ClientContext value={client}>{children}</ClientContext>
}

/** The client: `rest` for questions, `socket` for commands, `engine` for conversations, `outbox` for sends. */
export const useClient = () => {
  const client = useContext(ClientContext)
  if (!client) throw new Error('useClient needs a ClientProvider around it.')
  return client
}

/** What every thunk of the web app gets beside `dispatch` and `getState`. */
export interface ThunkExtra {
  client: ParleyClient
}

export type AppDispatch = ThunkDispatch<unknown, ThunkExtra, UnknownAction>

/** Work that talks to the server and says with actions what came of it. */
export type AppThunk<Result = void> = ThunkAction<Promise<Result>, unknown, ThunkExtra, UnknownAction>

/** Dispatches actions and thunks. */
export const useAppDispatch = useDispatch.withTypes<AppDispatch>()
