import type { Profile, ProfilePatch } from '@parley/protocol/people'
import { isDuplicateOf } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError } from '../../platform/http/errors.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { updateUser } from './store.ts'

/** Changes the actor's own profile and answers it. */
export async function updateProfile(
  { db, events, relations, profileOf, requireOwnFile }: PeopleDependencies,
  actor: Actor,
  patch: ProfilePatch,
): Promise<Profile> {
  const { image, displayName } = patch
  if (image) await requireOwnFile(actor, image, 'avatar')
  const cleaned = displayName === undefined ? patch : { ...patch, displayName: displayName.trim() }
  await updateUser(db, actor.userId, cleaned).catch((error: unknown) => {
    if (!isDuplicateOf(error, 'accounts_username')) throw error
    throw new AppError('USERNAME_IN_USE', 'This username is taken.', { cause: error })
  })
  const user = (await relations.publicUsers([actor.userId])).get(actor.userId)
  if (user) events.emit('user.updated', { user })
  return profileOf(actor.userId)
}
