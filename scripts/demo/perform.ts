import { addFriend } from '@parley/protocol/people'
import {
  addReaction,
  editMessage,
  pinMessage,
  recallMessage,
  sendMessage,
  type MessageTarget,
  type SendBody,
} from '@parley/protocol/messages'
import { createRoom } from '@parley/protocol/rooms'
import type { RowDataPacket } from 'mysql2/promise'
import { makeAttachment, makeSquare } from './attachments.ts'
import type { Cast, Player } from './cast.ts'
import {
  roomCreatedAt,
  scriptOf,
  type GroupConversation,
  type PrivateConversation,
  type ScriptedLine,
} from './conversation.ts'
import { isUsername, type Username } from './people.ts'
import type { Stage } from './stage.ts'

const minuteMs = 60_000

type Conversation = GroupConversation | PrivateConversation

interface StoredRecord extends RowDataPacket {
  client_id: string
  seq: number
  edited_at: Date | null
}

const isPrivate = (conversation: Conversation): conversation is PrivateConversation => 'between' in conversation

/** Makes the room of a conversation, or finds it; answers its id. */
export async function openRoom(stage: Stage, cast: Cast, conversation: Conversation): Promise<string> {
  const { players, madeAt } = cast
  const roomId = isPrivate(conversation)
    ? await privateRoom(players, conversation.between)
    : ((await findGroup(stage, players, conversation)) ?? (await makeGroup(players, conversation)))
  const createdAt = roomCreatedAt(conversation, madeAt)
  await stage.sql.query('UPDATE rooms SET created_at = ? WHERE id = ?', [createdAt, roomId])
  await stage.sql.query('UPDATE messages SET created_at = ? WHERE room_id = ? AND seq = 1', [createdAt, roomId])
  await stage.sql.query('UPDATE room_members SET joined_at = ? WHERE room_id = ? AND user_id IN (?)', [
    createdAt,
    roomId,
    Object.values(players).map(({ id }) => id),
  ])
  return roomId
}

async function privateRoom(players: Cast['players'], [one, other]: [Username, Username]): Promise<string> {
  const { roomId } = await players[one].rest.call(addFriend, { body: { userId: players[other].id } })
  if (roomId === undefined) throw new Error(`${one} and ${other} are not friends`)
  return roomId
}

async function findGroup({ sql }: Stage, players: Cast['players'], { name, creator }: GroupConversation) {
  const [rows] = await sql.query<(RowDataPacket & { id: number })[]>(
    "SELECT r.id FROM rooms r JOIN room_members m ON m.room_id = r.id AND m.user_id = ? AND m.role = 'creator' " +
      'WHERE r.name = ? AND r.deleted_at IS NULL ORDER BY r.id LIMIT 1',
    [players[creator].id, name],
  )
  return rows[0] && String(rows[0].id)
}

async function makeGroup(players: Cast['players'], conversation: GroupConversation): Promise<string> {
  const { name, topic, visibility, creator, members, admins = [], picture, key } = conversation
  const square = picture && (await makeSquare(picture, key))
  const image = square && (await players[creator].upload({ ...square, scene: 'room' })).id
  const { room } = await players[creator].rest.call(createRoom, {
    body: {
      name,
      topic,
      visibility,
      type: 'PUBLIC',
      memberIds: members.map((member) => players[member].id),
      adminIds: admins.map((admin) => players[admin].id),
      ...(image !== undefined && { image }),
    },
  })
  return room.id
}

/**
 * Says every line of a conversation that is not yet there. A line counts as done once the next one is there, so a run
 * that was stopped goes on where it was.
 */
export async function perform(stage: Stage, cast: Cast, conversation: Conversation, roomId: string): Promise<void> {
  const script = scriptOf(conversation, cast.madeAt)
  const stored = await readStored(stage, roomId)
  const seqOfKey = new Map<string, number>()
  let lastSeq = 0
  for (const [index, line] of script.entries()) {
    stage.signal.throwIfAborted()
    const known = stored.get(line.clientId)
    const seq = known?.seq ?? (await speak(cast, roomId, line, seqOfKey))
    if (line.key !== undefined) seqOfKey.set(line.key, seq)
    lastSeq = seq
    const next = script[index + 1]
    if (known && next && stored.has(next.clientId)) continue
    await react(cast, { roomId, seq }, line, known !== undefined && known.edited_at !== null)
    await date(stage, { roomId, seq }, line)
  }
  await markRead(stage, cast, conversation, { roomId, seq: lastSeq })
}

async function readStored({ sql }: Stage, roomId: string): Promise<Map<string, StoredRecord>> {
  const [rows] = await sql.query<StoredRecord[]>('SELECT client_id, seq, edited_at FROM messages WHERE room_id = ?', [
    roomId,
  ])
  return new Map(rows.map((row) => [row.client_id, row]))
}

const mentionsIn = (players: Cast['players'], text: string): string[] =>
  [...new Set([...text.matchAll(/@([a-z]+)/g)].map(([, name = '']) => name).filter(isUsername))].map(
    (username) => players[username].id,
  )

const mentionsOf = (players: Cast['players'], text: string): { mentions?: string[] } => {
  const mentions = mentionsIn(players, text)
  return mentions.length > 0 ? { mentions } : {}
}

async function bodyOf(players: Cast['players'], sender: Player, { text, attach }: ScriptedLine): Promise<SendBody> {
  const mentions = mentionsOf(players, text)
  if (!attach) return { kind: 'text', text, ...mentions }
  const fileIds: string[] = []
  for (const name of attach) {
    const { id } = await sender.upload({ ...(await makeAttachment(name)), scene: 'message' })
    fileIds.push(id)
  }
  return { kind: 'media', fileIds, ...(text !== '' && { caption: text }), ...mentions }
}

async function speak(
  { players }: Cast,
  roomId: string,
  line: ScriptedLine,
  seqOfKey: Map<string, number>,
): Promise<number> {
  const sender = players[line.from]
  const replyTo = line.replyTo === undefined ? undefined : seqOfKey.get(line.replyTo)
  if (line.replyTo !== undefined && replyTo === undefined) throw new Error(`nobody said ${line.replyTo} before`)
  const body = await bodyOf(players, sender, line)
  const { seq } = await sender.rest.call(sendMessage, {
    body: { roomId, clientId: line.clientId, body, ...(replyTo !== undefined && { replyTo }) },
  })
  return seq
}

/** What happened to a line after it was said. All of it may be done twice. */
async function react({ players }: Cast, target: MessageTarget, line: ScriptedLine, isEdited: boolean): Promise<void> {
  for (const [emoji, from] of Object.entries(line.reactions ?? {})) {
    for (const username of from) await players[username].rest.call(addReaction, { body: { ...target, emoji } })
  }
  if (line.pinnedBy) await players[line.pinnedBy].rest.call(pinMessage, { body: target })
  if (line.edited !== undefined && !isEdited) {
    const body = { kind: 'text' as const, text: line.edited, ...mentionsOf(players, line.edited) }
    await players[line.from].rest.call(editMessage, { body: { ...target, body } })
  }
  if (line.isRecalled) await players[line.from].rest.call(recallMessage, { fields: target })
}

/** Moves a line to its place in the past. */
async function date({ sql }: Stage, { roomId, seq }: MessageTarget, { createdAt }: ScriptedLine): Promise<void> {
  const editedAt = new Date(createdAt.getTime() + 2 * minuteMs)
  const pinnedAt = new Date(createdAt.getTime() + 5 * minuteMs)
  await sql.query(
    'UPDATE messages m LEFT JOIN room_pins p ON p.room_id = m.room_id AND p.seq = m.seq ' +
      'SET m.created_at = ?, m.edited_at = IF(m.edited_at IS NULL, NULL, ?), ' +
      'm.pinned_at = IF(m.pinned_at IS NULL, NULL, ?), p.pinned_at = ? WHERE m.room_id = ? AND m.seq = ?',
    [createdAt, editedAt, pinnedAt, pinnedAt, roomId, seq],
  )
}

/** Everybody has read everything but what the script leaves them. */
async function markRead(
  { sql }: Stage,
  { players }: Cast,
  { unread = {} }: Conversation,
  { roomId, seq }: MessageTarget,
): Promise<void> {
  for (const [username, { id }] of Object.entries(players)) {
    const left = isUsername(username) ? (unread[username] ?? 0) : 0
    await sql.query('UPDATE room_members SET read_seq = GREATEST(read_seq, ?) WHERE room_id = ? AND user_id = ?', [
      Math.max(seq - left, 0),
      roomId,
      id,
    ])
  }
}
