import type { RoomMember } from '@parley/protocol/rooms'
import { and, asc, eq, gt, like, or, sql } from 'drizzle-orm'
import { Type } from 'typebox'
import type { Database } from '../../platform/database.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { likePattern } from '../../platform/like.ts'
import { users } from '../identity/tables.ts'
import type { Relations } from '../people/relations.ts'
import { roomMembers } from './tables.ts'

const pageRows = 100

const position = createCursor(Type.Tuple([Type.Integer(), Type.String(), Type.String()]))

const rank = sql<number>`CASE ${roomMembers.role} WHEN 'creator' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END`

interface MembersQuery {
  roomId: string
  query?: string
  cursor?: string
}

/** Members of a room: creator, admins, then by name. */
export async function listMembers(
  db: Database,
  relations: Pick<Relations, 'publicUsers'>,
  { roomId, query, cursor }: MembersQuery,
) {
  const after = position.read(cursor)
  const text = query?.trim()
  const rows = await db
    .select({ member: roomMembers, rank, name: users.displayName })
    .from(roomMembers)
    .innerJoin(users, eq(users.id, roomMembers.userId))
    .where(
      and(
        eq(roomMembers.roomId, roomId),
        text
          ? or(like(users.username, likePattern(text, 'start')), like(users.displayName, likePattern(text, 'part')))
          : undefined,
        after
          ? or(
              gt(rank, after[0]),
              and(eq(rank, after[0]), gt(users.displayName, after[1])),
              and(eq(rank, after[0]), eq(users.displayName, after[1]), gt(users.id, after[2])),
            )
          : undefined,
      ),
    )
    .orderBy(asc(rank), asc(users.displayName), asc(users.id))
    .limit(pageRows + 1)
  const page = pageOf(rows, pageRows, (last) => position.write([last.rank, last.name, last.member.userId]))
  const people = await relations.publicUsers(page.items.map(({ member }) => member.userId))
  const items = page.items.flatMap(({ member }): RoomMember[] => {
    const user = people.get(member.userId)
    if (!user) return []
    return [{ user, role: member.role, joinedAt: member.joinedAt.toISOString(), readSeq: member.readSeq }]
  })
  return { items, nextCursor: page.nextCursor }
}
