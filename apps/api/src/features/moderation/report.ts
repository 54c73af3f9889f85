import type { ReportContent, ReportedMessage } from '@parley/protocol/moderation'
import { recordAudit } from '../../platform/audit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { AppError, conflict, notFound } from '../../platform/http/errors.ts'
import type { ModerationDependencies } from './dependencies.ts'
import * as store from './store.ts'

/** What is reported, if the actor can see it. */
async function findReported(
  { db, requireMember, messagesAt }: ModerationDependencies,
  actor: Actor,
  content: ReportContent,
): Promise<store.Reported & { message: ReportedMessage | null }> {
  if ('userId' in content) {
    const [person] = await store.findStandings(db, actor.workspaceId, [content.userId])
    if (!person) throw new AppError('USER_NOT_FOUND', 'This person does not exist.')
    return { subjectId: person.id, roomId: null, seq: null, message: null }
  }
  const { roomId, seq } = content
  await requireMember(actor, roomId)
  const [[row], room] = await Promise.all([
    messagesAt([{ roomId, seq }]),
    store.findRoom(db, actor.workspaceId, roomId),
  ])
  if (!row || !room) throw notFound('This message')
  if (row.body.kind === 'recall') throw conflict('This message was recalled.', 'recalled')
  if (row.body.kind === 'system') throw conflict('Nobody wrote this message.', 'system-message')
  const { body, createdAt, editedAt = null } = row
  const message = { ...room, body, createdAt, editedAt }
  return { subjectId: row.senderId, roomId, seq, message }
}

/** Reports a message or a person; a repeat while the first report is open answers that one. */
export async function reportContent(
  deps: ModerationDependencies,
  actor: Actor,
  content: ReportContent,
): Promise<{ id: string }> {
  const { message, ...reported } = await findReported(deps, actor, content)
  if (reported.subjectId === actor.userId) throw conflict('You cannot report yourself.', 'own-account')
  return deps.db.transaction(
    async (tx) => {
      await store.lockReporter(tx, actor)
      const open = await store.findOwnOpenReport(tx, actor, reported)
      if (open !== undefined) return { id: open }
      const id = await store.insertReport(tx, actor, { ...reported, message, reason: content.reason.trim() })
      await recordAudit(tx, {
        workspaceId: actor.workspaceId,
        actorId: actor.userId,
        action: 'report.made',
        targetKind: 'report',
        targetId: id,
        after: { ...reported },
      })
      return { id }
    },
    // A report made while this waited for its turn must be seen.
    { isolationLevel: 'read committed' },
  )
}
