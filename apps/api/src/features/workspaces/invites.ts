import type { RequestOf, ResponseOf } from '@parley/protocol/contract'
import type { createWorkspaceInvite, WorkspaceInvite } from '@parley/protocol/workspaces'
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { Type } from 'typebox'
import { recordAudit } from '../../platform/audit.ts'
import type { Database, Queryable } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { notFound, permissionDenied } from '../../platform/http/errors.ts'
import { hashToken, newToken } from '../../platform/secret-token.ts'
import type { WorkspaceDependencies } from './dependencies.ts'
import { workspaceInvites, workspaces } from './tables.ts'

type InviteRecord = typeof workspaceInvites.$inferSelect

const lifetimeMs = 7 * 24 * 60 * 60_000
const pageRows = 50
const position = createCursor(Type.Tuple([Type.String()]))

const toInvite = (record: InviteRecord): WorkspaceInvite => ({
  id: record.id,
  email: record.email,
  role: record.role,
  createdBy: record.createdBy,
  createdAt: record.createdAt.toISOString(),
  expiresAt: record.expiresAt.toISOString(),
  usesMax: record.usesMax,
  uses: record.uses,
})

const stillWorks = () =>
  and(
    isNull(workspaceInvites.revokedAt),
    gt(workspaceInvites.expiresAt, sql`UTC_TIMESTAMP(3)`),
    or(isNull(workspaceInvites.usesMax), lt(workspaceInvites.uses, workspaceInvites.usesMax)),
  )

type Inviting = Pick<WorkspaceDependencies, 'db' | 'mailer' | 'linkTo' | 'onError'>

type Wanted = RequestOf<typeof createWorkspaceInvite>['body']

/** Makes an invitation, and sends it where it is for one address and mail is set up. Only its hash is kept. */
export async function createInvite(
  { db, mailer, linkTo, onError }: Inviting,
  { userId, workspaceId }: Actor,
  { email, role = 'member', expiresInMs = lifetimeMs, usesMax }: Wanted,
): Promise<ResponseOf<typeof createWorkspaceInvite>> {
  const token = newToken()
  const createdAt = new Date()
  const values = {
    workspaceId,
    tokenHash: hashToken(token),
    email: email?.toLowerCase() ?? null,
    role,
    createdBy: userId,
    usesMax: email === undefined ? (usesMax ?? null) : 1,
    uses: 0,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + expiresInMs),
    revokedAt: null,
  }
  const { id, name } = await db.transaction(async (tx) => {
    const [result] = await tx.insert(workspaceInvites).values(values)
    const inviteId = String(result.insertId)
    const entry = { workspaceId, actorId: userId, targetKind: 'workspace-invite', targetId: inviteId }
    await recordAudit(tx, { ...entry, action: 'workspace-invite.made', after: { email: values.email, role } })
    const [workspace] = await tx
      .select({ name: workspaces.name })
      .from(workspaces)
      .where(eq(workspaces.id, workspaceId))
    return { id: inviteId, name: workspace?.name ?? '' }
  })
  const link = linkTo(`/join/${token}`)
  const mail = values.email !== null && {
    to: values.email,
    subject: `Join ${name} on Parley`,
    text: letter(name, link),
  }
  // The invitation stands and its link is told; that it was not sent is said, and can be mended by handing it on.
  const sent = mail && mailer.enabled && (await mailer.send(mail).then(() => true, notSent(onError)))
  return { invite: toInvite({ ...values, id }), link, sent }
}

const notSent = (onError: WorkspaceDependencies['onError']) => (error: unknown) => {
  onError(error, 'an invitation could not be sent')
  return false
}

const letter = (name: string, link: string) =>
  `You are invited to ${name} on Parley.\n\nOpen this link to join:\n${link}\n\nIt works once, for this address.\n`

async function findInvite(db: Queryable, token: string): Promise<InviteRecord> {
  const [invite] = await db
    .select()
    .from(workspaceInvites)
    .where(and(eq(workspaceInvites.tokenHash, hashToken(token)), stillWorks()))
  if (!invite) throw notFound('This invitation')
  return invite
}

/** What a link leads to, for whoever holds it. */
export async function previewInvite(db: Database, token: string) {
  const invite = await findInvite(db, token)
  const [workspace] = await db
    .select({ name: workspaces.name })
    .from(workspaces)
    .where(eq(workspaces.id, invite.workspaceId))
  if (!workspace) throw notFound('This invitation')
  return { name: workspace.name, forOneAddress: invite.email !== null, expiresAt: invite.expiresAt.toISOString() }
}

/** Where an invitation leads this address, without using it up. */
export async function readInvite(db: Queryable, token: string, email: string) {
  const invite = await findInvite(db, token)
  if (invite.email !== null && invite.email !== email.toLowerCase()) {
    throw permissionDenied('This invitation is for another e-mail address.', 'invite-address')
  }
  return invite
}

/** Uses up one place; check and count are one statement, so two cannot share the last. Throws NOT_FOUND if it is gone. */
export async function takeInvite(tx: Queryable, token: string, email: string) {
  const { id, workspaceId, role } = await readInvite(tx, token, email)
  const [result] = await tx
    .update(workspaceInvites)
    .set({ uses: sql`${workspaceInvites.uses} + 1` })
    .where(and(eq(workspaceInvites.id, id), stillWorks()))
  if (result.affectedRows === 0) throw notFound('This invitation')
  return { workspaceId, role }
}

export async function listInvites(db: Database, { workspaceId }: Actor, cursor: string | undefined) {
  const after = position.read(cursor)
  const rows = await db
    .select()
    .from(workspaceInvites)
    .where(
      and(
        eq(workspaceInvites.workspaceId, workspaceId),
        stillWorks(),
        after ? lt(workspaceInvites.id, after[0]) : undefined,
      ),
    )
    .orderBy(desc(workspaceInvites.id))
    .limit(pageRows + 1)
  const { items, nextCursor } = pageOf(rows, pageRows, ({ id }) => position.write([id]))
  return { items: items.map(toInvite), nextCursor }
}

export async function withdrawInvite(db: Database, { userId, workspaceId }: Actor, inviteId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const [result] = await tx
      .update(workspaceInvites)
      .set({ revokedAt: new Date() })
      .where(
        and(
          eq(workspaceInvites.id, inviteId),
          eq(workspaceInvites.workspaceId, workspaceId),
          isNull(workspaceInvites.revokedAt),
        ),
      )
    if (result.affectedRows === 0) throw notFound('This invitation')
    const entry = { workspaceId, actorId: userId, targetKind: 'workspace-invite', targetId: inviteId }
    await recordAudit(tx, { ...entry, action: 'workspace-invite.withdrawn' })
  })
}
