import { createHash } from 'node:crypto'
import type { SendBody, SendMessage, Written } from '@parley/protocol/messages'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { GroupCommit } from '../../platform/group-commit.ts'
import type { Actor } from '../../platform/http/actor.ts'
import { conflict } from '../../platform/http/errors.ts'
import type { MessageAccess } from './access.ts'
import type { NewMessage } from './append.ts'

interface SendDependencies {
  access: MessageAccess
  appender: GroupCommit<NewMessage, Written>
  pool: Pool
}

interface FirstRecord extends RowDataPacket {
  seq: number
  first_change: number
  body_hash: string
}

/** 128 bits of SHA-256 over everything the client chose; fields in the order of the schema, whatever order they came in. */
export function hashOfSend({ body, replyTo }: Pick<SendMessage, 'body' | 'replyTo'>): string {
  const parts =
    body.kind === 'text'
      ? ['text', body.text, body.mentions ?? []]
      : ['media', body.fileIds, body.caption ?? '', body.mentions ?? []]
  const digest = createHash('sha256')
    .update(JSON.stringify([...parts, replyTo ?? 0]))
    .digest()
  return digest.subarray(0, 16).toString('base64url')
}

/** Sends a message: checked, stored, then answered. A repeat of the same clientId gets the first answer. */
export function createSend({ access, appender, pool }: SendDependencies) {
  /** Files can be claimed once, so the repeat of a media send is recognised before its files are looked at. */
  async function firstAnswer(actor: Actor, input: SendMessage, bodyHash: string): Promise<Written | null> {
    const [records] = await pool.query<FirstRecord[]>(
      'SELECT seq, first_change, body_hash FROM messages WHERE room_id = ? AND sender_id = ? AND client_id = ?',
      [input.roomId, actor.userId, input.clientId],
    )
    const first = records[0]
    if (!first) return null
    if (first.body_hash !== bodyHash)
      throw conflict('This clientId was used for another message. Name each send anew.', 'client-id-reused')
    return { roomId: input.roomId, seq: first.seq, change: first.first_change }
  }

  async function mentioned(roomId: string, body: SendBody): Promise<string[]> {
    const asked = [...new Set(body.mentions ?? [])]
    return asked.length === 0 ? asked : access.membersAmong(roomId, asked)
  }

  return async (actor: Actor, input: SendMessage): Promise<Written> => {
    const { peerId } = await access.requirePost(actor, input.roomId)
    const bodyHash = hashOfSend(input)
    const { body } = input
    const mentionIds = await mentioned(input.roomId, body)
    const mentions = mentionIds.length > 0 ? { mentions: mentionIds } : {}
    const base = {
      roomId: input.roomId,
      workspaceId: actor.workspaceId,
      senderId: actor.userId,
      clientId: input.clientId,
      bodyHash,
      replyTo: input.replyTo ?? null,
      mentionIds,
      peerId,
    }
    if (body.kind === 'text')
      return appender.submit({ ...base, body: { kind: 'text', text: body.text, ...mentions }, fileIds: [] })
    const first = await firstAnswer(actor, input, bodyHash)
    if (first) return first
    const files = await access.describeFiles(actor, body.fileIds)
    const { fileIds, caption } = body
    const media = { kind: 'media' as const, fileIds, files, ...(caption && { caption }), ...mentions }
    return appender.submit({ ...base, body: media, fileIds })
  }
}
