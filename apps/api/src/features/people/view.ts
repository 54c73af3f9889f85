import type { User } from '@parley/protocol/people'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import type { PeopleDependencies } from './dependencies.ts'
import { toPublicUser, type Relations } from './relations.ts'
import { blockedBy, privateRoomsWith, type UserRecord } from './store.ts'

/** Shows people as the actor may see them; the number of queries is the same for one and for a full page. */
export async function viewUsers(
  { db, relations, allows }: { db: Queryable; relations: Relations; allows: PeopleDependencies['allows'] },
  actor: Actor,
  records: UserRecord[],
): Promise<User[]> {
  if (records.length === 0) return []
  const ids = records.map(({ id }) => id)
  const [administers, relationOf, blocked, roomWith] = await Promise.all([
    allows(actor, 'people:admin'),
    relations.relationsOf(actor.userId, ids),
    blockedBy(db, actor, ids),
    privateRoomsWith(db, actor, ids),
  ])
  return records.map((record) => {
    const relation = record.id === actor.userId ? 'self' : (relationOf.get(record.id) ?? 'none')
    const roomId = roomWith.get(record.id)
    const { email, qq, wechat, github } = record
    return {
      ...toPublicUser(record),
      ...((administers || relation === 'self' || relation === 'friend') && { email, qq, wechat, github }),
      relation,
      blocked: blocked.has(record.id),
      ...(roomId !== undefined && { roomId }),
    }
  })
}
