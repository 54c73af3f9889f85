import { updateProfile, type ProfilePatch } from '@parley/protocol/people'
import type { AppThunk } from '../../realtime/client-context.tsx'
import { profileSaved } from '../identity/identity-slice.ts'

/** Changes one's own profile. */
export const saveProfile =
  (patch: ProfilePatch): AppThunk =>
  async (dispatch, _, { client }) => {
    const profile = await client.rest.call(updateProfile, { body: patch })
    client.session.updateUser(profile)
    dispatch(profileSaved(profile))
  }
