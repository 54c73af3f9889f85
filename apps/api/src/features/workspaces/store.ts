import type { OwnWorkspace, Workspace, WorkspaceStatus } from '@parley/protocol/workspaces'
import { and, asc, eq, gt, isNull, like, or, sql, sum } from 'drizzle-orm'
import type { Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { likePattern } from '../../platform/like.ts'
import { files } from '../files/tables.ts'
import { accounts, users } from '../identity/tables.ts'
import { workspaces } from './tables.ts'

export type WorkspaceRecord = typeof workspaces.$inferSelect

/** A workspace with what is used of its limits, which is counted each time: only administrators ask. */
const counted = (db: Queryable) => {
  const kept = db
    .select({ bytes: sum(files.bytes) })
    .from(files)
    .where(eq(files.workspaceId, workspaces.id))
  return {
    workspace: workspaces,
    memberCount: db.$count(users, and(eq(users.workspaceId, workspaces.id), isNull(users.disabledAt))),
    storageBytes: sql`(${kept})`.mapWith(Number),
  }
}

interface Counted {
  workspace: WorkspaceRecord
  memberCount: number
  /** Null while it keeps no files. */
  storageBytes: number | null
}

const toWorkspace = ({ workspace: { createdAt, ...workspace }, memberCount, storageBytes }: Counted): Workspace => ({
  ...workspace,
  memberCount,
  storageBytes: storageBytes ?? 0,
  createdAt: createdAt.toISOString(),
})

export async function readWorkspace(db: Queryable, workspaceId: string): Promise<Workspace | undefined> {
  const [found] = await db.select(counted(db)).from(workspaces).where(eq(workspaces.id, workspaceId))
  return found && toWorkspace(found)
}

export async function lockWorkspace(tx: Queryable, workspaceId: string): Promise<WorkspaceRecord | undefined> {
  const [found] = await tx.select().from(workspaces).where(eq(workspaces.id, workspaceId)).for('update')
  return found
}

interface WorkspaceFilter {
  /** Name and id of the last one of the page before. */
  after: [string, string] | null
  text: string | undefined
  status: WorkspaceStatus | undefined
  limit: number
}

/** Workspaces of the installation by name. */
export async function findWorkspaces(db: Queryable, { after, text, status, limit }: WorkspaceFilter) {
  const rows = await db
    .select(counted(db))
    .from(workspaces)
    .where(
      and(
        text
          ? // Binary, since the database compares no other text with a column of ASCII.
            or(
              like(workspaces.name, likePattern(text, 'part')),
              like(workspaces.slug, sql`CAST(${likePattern(text, 'part')} AS BINARY)`),
            )
          : undefined,
        status ? eq(workspaces.status, status) : undefined,
        after
          ? or(gt(workspaces.name, after[0]), and(eq(workspaces.name, after[0]), gt(workspaces.id, after[1])))
          : undefined,
      ),
    )
    .orderBy(asc(workspaces.name), asc(workspaces.id))
    .limit(limit)
  return rows.map(toWorkspace)
}

/** Workspaces the actor's account is in, by name. */
export async function findOwnWorkspaces(db: Queryable, actor: Actor): Promise<OwnWorkspace[]> {
  const own = db.select({ accountId: users.accountId }).from(users).where(eq(users.id, actor.userId))
  const rows = await db
    .select({ id: workspaces.id, name: workspaces.name, status: workspaces.status, role: users.role })
    .from(users)
    .innerJoin(workspaces, eq(workspaces.id, users.workspaceId))
    .where(and(eq(users.accountId, own), isNull(users.disabledAt)))
    .orderBy(asc(workspaces.name), asc(workspaces.id))
  return rows.map((row) => ({ ...row, current: row.id === actor.workspaceId }))
}

export async function findAccount(db: Queryable, userId: string) {
  const [found] = await db
    .select({ id: accounts.id, email: accounts.email, username: accounts.username })
    .from(users)
    .innerJoin(accounts, eq(accounts.id, users.accountId))
    .where(eq(users.id, userId))
  return found
}

/** The user an account has in a workspace. */
export async function findUserIn(db: Queryable, accountId: string, workspaceId: string) {
  const [found] = await db
    .select({ id: users.id, disabledAt: users.disabledAt })
    .from(users)
    .where(and(eq(users.accountId, accountId), eq(users.workspaceId, workspaceId)))
  return found
}

type NewWorkspace = Pick<WorkspaceRecord, 'name' | 'slug' | 'status' | 'membersMax' | 'storageBytesMax'>

/** Inserts a workspace and answers its id; a taken slug is a duplicate key. */
export async function insertWorkspace(tx: Queryable, workspace: NewWorkspace): Promise<string> {
  const [result] = await tx.insert(workspaces).values({ ...workspace, createdAt: new Date() })
  return String(result.insertId)
}

export async function changeWorkspace(
  tx: Queryable,
  workspaceId: string,
  change: Partial<Omit<NewWorkspace, 'slug'>>,
): Promise<void> {
  await tx.update(workspaces).set(change).where(eq(workspaces.id, workspaceId))
}
