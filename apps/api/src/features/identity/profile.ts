import type { Profile } from '@parley/protocol/people'
import { Locale } from '@parley/protocol/people'
import Value from 'typebox/value'
import type { UserRecord } from './store.ts'

/** The language somebody chose. */
export const localeOf = ({ locale }: Pick<UserRecord, 'locale'>): Locale =>
  Value.Check(Locale, locale) ? locale : 'en'

/** One's own profile as it travels. */
export const toProfile = (user: UserRecord): Profile => ({
  id: user.id,
  username: user.username,
  displayName: user.displayName,
  bio: user.bio,
  status: user.status,
  image: user.imageFileId,
  createdAt: user.createdAt.toISOString(),
  email: user.email,
  qq: user.qq,
  wechat: user.wechat,
  github: user.github,
  locale: localeOf(user),
})
