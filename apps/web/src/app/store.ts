import { configureStore } from '@reduxjs/toolkit'
import type { ParleyClient } from '@parley/client/client'
import { accessSlice } from '../features/access/access-slice.ts'
import { identitySlice } from '../features/identity/identity-slice.ts'
import { draftsSlice } from '../features/messages/drafts-slice.ts'
import { moderationSlice } from '../features/moderation/moderation-slice.ts'
import { peopleSlice } from '../features/people/people-slice.ts'
import { preferencesSlice } from '../features/settings/preferences-slice.ts'
import { roomsSlice } from '../features/rooms/rooms-slice.ts'
import { connectionSlice } from '../realtime/connection-slice.ts'

/** The one list of slices. Thunks get the client as their extra argument, so nothing imports it. */
export const createStore = (client: ParleyClient) =>
  configureStore({
    reducer: {
      [accessSlice.reducerPath]: accessSlice.reducer,
      [connectionSlice.reducerPath]: connectionSlice.reducer,
      [draftsSlice.reducerPath]: draftsSlice.reducer,
      [identitySlice.reducerPath]: identitySlice.reducer,
      [moderationSlice.reducerPath]: moderationSlice.reducer,
      [peopleSlice.reducerPath]: peopleSlice.reducer,
      [preferencesSlice.reducerPath]: preferencesSlice.reducer,
      [roomsSlice.reducerPath]: roomsSlice.reducer,
    },
    middleware: (defaults) => defaults({ thunk: { extraArgument: { client } } }),
  })

export type Store = ReturnType<typeof createStore>
