import type { EndReason } from '@parley/client/api-error'
import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { Profile } from '@parley/protocol/people'
import { userUpdated } from '../../realtime/events.ts'

export interface IdentityState {
  /** `restoring` until a reload has found out whether somebody is signed in. */
  status: 'restoring' | 'signedIn' | 'signedOut'
  profile: Profile | null
  /** Why nobody is signed in any more, where it was not their own doing. */
  endReason: EndReason | null
}

const initialState: IdentityState = { status: 'restoring', profile: null, endReason: null }

export const identitySlice = createSlice({
  name: 'identity',
  initialState,
  reducers: {
    signedIn: (_, { payload }: PayloadAction<Profile>): IdentityState => ({
      status: 'signedIn',
      profile: payload,
      endReason: null,
    }),
    signedOut: (_, { payload }: PayloadAction<EndReason | undefined>): IdentityState => ({
      status: 'signedOut',
      profile: null,
      endReason: payload ?? null,
    }),
    profileSaved: (identity, { payload }: PayloadAction<Profile>) => {
      identity.profile = payload
    },
  },
  extraReducers: (builder) => {
    builder.addCase(userUpdated, (identity, { payload: { user } }) => {
      if (identity.profile?.id === user.id) Object.assign(identity.profile, user)
    })
  },
  selectors: {
    selectIdentityStatus: ({ status }) => status,
    selectEndReason: ({ endReason }) => endReason,
    selectProfile: ({ profile }) => profile,
    selectOwnId: ({ profile }) => profile?.id ?? null,
  },
})

export const { signedIn, signedOut, profileSaved } = identitySlice.actions
export const { selectIdentityStatus, selectEndReason, selectProfile, selectOwnId } = identitySlice.selectors
