import type { FriendChanged, PublicUser } from '@parley/protocol/people'

/** What happened between people, said after the commit. */
export interface PeopleEvents {
  'user.updated': { user: PublicUser }
  /** The relation of `userId` to somebody is now another; `notice` where it is news to them. */
  'friend.changed': { userId: string; change: FriendChanged; notice?: 'friend.requested' | 'friend.accepted' }
  /** One of the two blocked the other or lifted the block. */
  'block.changed': { userId: string; otherId: string }
}
