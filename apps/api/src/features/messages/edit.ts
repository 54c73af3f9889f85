import type { EditMessage, MessageBody, MessageRow, MessageTarget, Written } from '@parley/protocol/messages'
import { and, eq } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict, invalidField, permissionDenied } from '../../platform/http/errors.ts'
import type { MessageAccess, Membership } from './access.ts'
import type { LogTransaction, MessageLog } from './log.ts'
import { messageMentions, messageTerms, roomPins } from './tables.ts'

interface EditDependencies {
  access: MessageAccess
  log: MessageLog
}

/** The body after an edit. Only text changes: a message keeps its kind and its files. */
function edited(current: MessageBody, wanted: EditMessage['body'], mentions: string[]): MessageBody {
  const mentioned = mentions.length > 0 ? { mentions } : {}
  if (current.kind === 'text' && wanted.kind === 'text') return { kind: 'text', text: wanted.text, ...mentioned }
  if (current.kind === 'media' && wanted.kind === 'media') {
    const { kind, fileIds, files } = current
    return { kind, fileIds, files, ...(wanted.caption && { caption: wanted.caption }), ...mentioned }
  }
  if (current.kind === 'recall') throw conflict('This message was recalled.', 'recalled')
  throw invalidField('body.kind', 'A message keeps its kind when it is edited.')
}

const ofMessage = (table: typeof messageMentions | typeof messageTerms | typeof roomPins, target: MessageTarget) =>
  and(eq(table.roomId, target.roomId), eq(table.seq, target.seq))

/** The sender recalls their own; in groups, admins and the creator also those of others. */
const mayRecall = (actor: Actor, senderId: string, { role, type }: Membership): boolean =>
  senderId === actor.userId || (type === 'PUBLIC' && role !== 'member')

async function replaceMentions(tx: Database, actor: Actor, target: MessageTarget, userIds: string[]): Promise<void> {
  await tx.delete(messageMentions).where(ofMessage(messageMentions, target))
  if (userIds.length === 0) return
  const { roomId, seq } = target
  await tx
    .insert(messageMentions)
    .values(userIds.map((userId) => ({ userId, roomId, seq, workspaceId: actor.workspaceId })))
}

/** Edits a message of one's own. */
export function createEdit({ access, log }: EditDependencies) {
  return async (actor: Actor, { roomId, seq, body }: EditMessage): Promise<Written> => {
    await access.requirePost(actor, roomId)
    const asked = [...new Set(body.mentions ?? [])]
    const mentions = asked.length > 0 ? await access.membersAmong(roomId, asked) : asked
    return log.transaction(async ({ tx, room }) => {
      const writer = await room(roomId)
      const row = await writer.read(seq)
      if (row.senderId !== actor.userId) throw permissionDenied('You can edit only what you wrote.')
      const next = edited(row.body, body, mentions)
      await replaceMentions(tx, actor, { roomId, seq }, mentions)
      const change = await writer.update(seq, { body: JSON.stringify(next), editedAt: new Date() })
      return { roomId, seq, change }
    })
  }
}

/** Recalls messages: body, files, reactions, pin, mentions and search terms go; the number stays. */
export function createRecall({ access, log }: EditDependencies) {
  /** Empties a message under the lock of its room; `check` may refuse. Answers the files that are now nobody's. */
  async function empty(
    { tx, room }: LogTransaction,
    actor: Actor,
    { roomId, seq }: MessageTarget,
    check?: (row: MessageRow) => void,
  ): Promise<{ written: Written; fileIds: string[] }> {
    const writer = await room(roomId)
    const row = await writer.read(seq)
    if (row.body.kind === 'recall') return { written: { roomId, seq, change: row.change }, fileIds: [] }
    if (row.body.kind === 'system') throw permissionDenied('You can recall only what somebody wrote.')
    check?.(row)
    for (const table of [messageMentions, messageTerms, roomPins])
      await tx.delete(table).where(ofMessage(table, { roomId, seq }))
    const fileIds = await access.detachFiles(tx, roomId, seq)
    const change = await writer.update(seq, {
      kind: 'recall',
      body: JSON.stringify({ kind: 'recall', by: actor.userId, at: new Date().toISOString() }),
      reactions: null,
      pinnedAt: null,
      pinnedBy: null,
      editedAt: null,
    })
    return { written: { roomId, seq, change }, fileIds }
  }

  async function recallBy(work: (transaction: LogTransaction) => ReturnType<typeof empty>): Promise<Written> {
    const { written, fileIds } = await log.transaction(work)
    // After the commit, since bytes cannot be rolled back. What a crash leaves here, the sweep of unused files finds.
    await access.deleteFilesById(fileIds)
    return written
  }

  return {
    async recall(actor: Actor, target: MessageTarget): Promise<Written> {
      const membership = await access.requireMember(actor, target.roomId)
      return recallBy((transaction) =>
        empty(transaction, actor, target, ({ senderId }) => {
          if (!mayRecall(actor, senderId, membership)) throw permissionDenied('You can recall only what you wrote.')
        }),
      )
    },
    /** Recalls a message wherever it is, for a moderator who was asked before; `also` is done in the same transaction. */
    remove: (actor: Actor, target: MessageTarget, also: (tx: Database) => Promise<void>): Promise<Written> =>
      recallBy(async (transaction) => {
        const emptied = await empty(transaction, actor, target)
        await also(transaction.tx)
        return emptied
      }),
  }
}
