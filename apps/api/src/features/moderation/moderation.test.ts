import { setPersonDisabled } from '@parley/protocol/admin'
import { listAudit } from '@parley/protocol/audit'
import {
  addReaction,
  editMessage,
  getHistory,
  recallMessage,
  sendMessage,
  type MessageBody,
} from '@parley/protocol/messages'
import {
  getOwnMute,
  getReport,
  listReports,
  listWarnings,
  readWarning,
  reportContent,
  resolveReport,
} from '@parley/protocol/moderation'
import { deleteRoom } from '@parley/protocol/rooms'
import { createWorkspace, createWorkspaceInvite, switchWorkspace } from '@parley/protocol/workspaces'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder } from '../../../test/access.ts'
import {
  befriend,
  call,
  connect,
  createUser,
  refusal,
  send,
  signIn,
  startApi,
  type TestApi,
  type TestUser,
} from '../../../test/harness.ts'
import { createGroup, sendText } from '../../../test/rooms.ts'

let api: TestApi
let moderator: TestUser

beforeAll(async () => {
  api = await startApi()
  moderator = await createHolder(api, 'moderator')
})
afterAll(() => api.close())

const reason = 'This is rude'

/** Two people who talk where no moderator is, and something one of them said. */
async function talk(text = 'something rude') {
  const [author, reader] = [await createUser(api), await createUser(api)]
  const roomId = await befriend(api, author, reader)
  return { author, reader, roomId, seq: await sendText(api, author, roomId, { text }) }
}

/** A reported message. */
async function reported(text?: string) {
  const talked = await talk(text)
  const { roomId, seq, reader } = talked
  const { id } = await call(api, reader, reportContent, { body: { roomId, seq, reason } })
  return { ...talked, id }
}

const resolveAs = (actor: TestUser, id: string, body: Record<string, unknown>) =>
  send(api, resolveReport, { params: { id }, body }, actor)

const actionsOn = async (targetKind: string, targetId: string): Promise<string[]> => {
  const { items } = await call(api, api.operator, listAudit, { query: { targetKind, targetId } })
  return items.map(({ action }) => action)
}

async function bodyOf(user: TestUser, roomId: string, seq: number): Promise<MessageBody | undefined> {
  const { rows } = await call(api, user, getHistory, { query: { roomId } })
  return rows.find((row) => row.seq === seq)?.body
}

describe('a report', () => {
  test('is made once by whoever can see the message, however often they click', async () => {
    const { reader, roomId, seq } = await talk()
    const body = { roomId, seq, reason }
    const made = await Promise.all([1, 2, 3].map(() => call(api, reader, reportContent, { body })))
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    expect(await actionsOn('report', made[0]?.id ?? '')).toEqual(['report.made'])
  })

  test('is of a person too', async () => {
    const [author, reader] = [await createUser(api), await createUser(api)]
    const { id } = await call(api, reader, reportContent, { body: { userId: author.id, reason } })
    const { report, message } = await call(api, moderator, getReport, { params: { id } })
    expect(report).toMatchObject({ subject: { id: author.id }, reporter: { id: reader.id }, roomId: null, seq: null })
    expect(message).toBeNull()
  })

  test('is refused for what one cannot see, did oneself, or nobody wrote', async () => {
    const { author, reader, roomId, seq } = await talk()
    const stranger = await createUser(api)
    const report = (user: TestUser, body: Record<string, unknown>) =>
      refusal(api, user, reportContent, { body: { reason, ...body } })
    expect(await report(stranger, { roomId, seq })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await report(reader, { roomId, seq: 9_999 })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await report(author, { roomId, seq })).toMatchObject({ details: { reason: 'own-account' } })
    expect(await report(reader, { userId: '987654321' })).toMatchObject({ code: 'USER_NOT_FOUND' })
    const group = await createGroup(api, author, { memberIds: [reader.id] })
    expect(await report(reader, { roomId: group.id, seq: 1 })).toMatchObject({ details: { reason: 'system-message' } })
    await call(api, author, recallMessage, { fields: { roomId, seq } })
    expect(await report(reader, { roomId, seq })).toMatchObject({ details: { reason: 'recalled' } })
  })

  test('shows a moderator that message of a room they are not in, and no other, and says so in the log', async () => {
    const { id, reader, roomId } = await reported('only this')
    await sendText(api, reader, roomId, { text: 'and not that' })
    const { message, report } = await call(api, moderator, getReport, { params: { id } })
    expect(message).toMatchObject({ roomType: 'PRIVATE', roomName: '', body: { kind: 'text', text: 'only this' } })
    expect(report).toMatchObject({ status: 'open', reason, subjectStatus: 'active' })
    expect(await actionsOn('report', id)).toEqual(['report.read', 'report.made'])
    expect(await refusal(api, moderator, getHistory, { query: { roomId } })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('keeps what was reported from being edited or recalled away while it is open, and no longer', async () => {
    const { id, author, roomId, seq } = await reported('what was said')
    const body = { kind: 'text', text: 'nothing at all' } as const
    await call(api, author, editMessage, { body: { roomId, seq, body } })
    const seen = async () => (await call(api, moderator, getReport, { params: { id } })).message
    expect(await seen()).toMatchObject({ body: { text: 'what was said' }, editedAt: null })
    await call(api, author, recallMessage, { fields: { roomId, seq } })
    expect(await seen()).toMatchObject({ body: { text: 'what was said' } })
    await resolveAs(moderator, id, { action: 'none' })
    expect(await seen()).toBeNull()
  })

  test('keeps what was reported when whoever wrote it deletes the whole room', async () => {
    const [author, reader] = [await createUser(api), await createUser(api)]
    const room = await createGroup(api, author, { memberIds: [reader.id] })
    const seq = await sendText(api, author, room.id, { text: 'said in passing' })
    const { id } = await call(api, reader, reportContent, { body: { roomId: room.id, seq, reason } })
    await call(api, author, deleteRoom, { fields: { id: room.id } })
    const { message } = await call(api, moderator, getReport, { params: { id } })
    expect(message).toMatchObject({ roomName: room.name, body: { text: 'said in passing' } })
  })

  test('that ends with a warning is read by whoever was away when it was given, once', async () => {
    const { id, author, reader } = await reported()
    await resolveAs(moderator, id, { action: 'warn', note: 'Be kind' })
    expect(await call(api, author, listWarnings, {})).toMatchObject({ items: [{ id, note: 'Be kind' }] })
    expect(await call(api, reader, listWarnings, {})).toMatchObject({ items: [] })
    expect(await refusal(api, reader, readWarning, { params: { id } })).toMatchObject({ code: 'NOT_FOUND' })
    await call(api, author, readWarning, { params: { id } })
    expect(await call(api, author, listWarnings, {})).toMatchObject({ items: [] })
    expect(await refusal(api, author, readWarning, { params: { id } })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('slows down who makes many', async () => {
    const slow = await startApi({ RATE_REPORT: '2' })
    try {
      const reader = await createUser(slow)
      const codes: number[] = []
      for (let count = 0; count < 6; count += 1) {
        const other = await createUser(slow)
        codes.push((await send(slow, reportContent, { body: { userId: other.id, reason } }, reader)).status)
      }
      expect(codes[0]).toBe(201)
      expect(codes.at(-1)).toBe(429)
    } finally {
      await slow.close()
    }
  })
})

describe('the list of reports', () => {
  test('pages in order, by status, subject and words, and is for moderators only', async () => {
    const subject = await createUser(api)
    const values = Array.from({ length: 120 }, (_, index) => [
      1,
      moderator.id,
      subject.id,
      `number ${index} of 100%`,
      index % 2 === 0 ? 'open' : 'dismissed',
      new Date(),
    ])
    await api.sql.query(
      'INSERT INTO reports (workspace_id, reporter_id, subject_id, reason, status, created_at) VALUES ?',
      [values],
    )
    const all = async (query: Record<string, string>) => {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await call(api, moderator, listReports, {
          query: { subjectId: subject.id, ...query, ...(cursor !== undefined && { cursor }) },
        })
        found.push(...page.items.map((report) => report.reason))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      return found
    }
    const latestFirst = Array.from({ length: 120 }, (_, index) => `number ${119 - index} of 100%`)
    expect(await all({})).toEqual(latestFirst)
    expect(await all({ order: 'asc' })).toEqual(latestFirst.toReversed())
    expect(await all({ status: 'open' })).toEqual(latestFirst.filter((_, index) => index % 2 === 1))
    expect(await all({ query: 'number 7 of 100%' })).toEqual(['number 7 of 100%'])
    expect(await all({ query: '1__' })).toEqual([])
    expect(await refusal(api, subject, listReports)).toMatchObject({ code: 'PERMISSION_DENIED' })
    const tampered = { query: { cursor: Buffer.from('"1 OR 1=1"').toString('base64url') } }
    expect(await refusal(api, moderator, listReports, tampered)).toMatchObject({ code: 'VALIDATION_FAILED' })
  })

  test('holds nothing of another workspace, and nobody resolves or reads what is there', async () => {
    const { id } = await reported()
    const { workspace } = await call(api, api.operator, createWorkspace, { body: { name: 'Other', slug: 'other' } })
    const fresh = await signIn(api, api.operator)
    const switched = await send(api, switchWorkspace, {
      body: { workspaceId: workspace.id },
      headers: { cookie: fresh.cookie },
    })
    const inOther: { accessToken: string } = JSON.parse(await switched.text())
    const { link } = await call(api, inOther, createWorkspaceInvite, { body: { role: 'moderator' } })
    const foreign = await createUser(api, { invite: link.slice(link.lastIndexOf('/') + 1) })
    expect(await call(api, foreign, listReports, { query: {} })).toEqual({ items: [], nextCursor: null })
    expect(await refusal(api, foreign, getReport, { params: { id } })).toMatchObject({ code: 'NOT_FOUND' })
    expect((await resolveAs(foreign, id, { action: 'none' })).status).toBe(404)
    const body = { userId: moderator.id, reason }
    expect(await refusal(api, foreign, reportContent, { body })).toMatchObject({ code: 'USER_NOT_FOUND' })
  })
})

describe('a moderator', () => {
  test('dismisses a report once; a second decision is refused', async () => {
    const { id, author } = await reported()
    const { report } = await call(api, moderator, resolveReport, { params: { id }, body: { action: 'none' } })
    expect(report).toMatchObject({ status: 'dismissed', action: 'none', resolvedBy: { id: moderator.id } })
    const again = await refusal(api, moderator, resolveReport, { params: { id }, body: { action: 'disable' } })
    expect(again).toMatchObject({ code: 'CONFLICT', details: { reason: 'report-resolved' } })
    expect(await signIn(api, author)).toBeDefined()
  })

  test('of two who decide at once only one is heard', async () => {
    const { id, author } = await reported()
    const answers = await Promise.all([
      resolveAs(moderator, id, { action: 'mute', muteMinutes: 5 }),
      resolveAs(api.operator, id, { action: 'mute', muteMinutes: 60 }),
    ])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
    expect((await actionsOn('user', author.id)).filter((action) => action === 'user.muted')).toHaveLength(1)
  })

  test('warns, which the person hears at once', async () => {
    const { id, author, roomId, seq } = await reported()
    const socket = await connect(api, author)
    await resolveAs(moderator, id, { action: 'warn', note: 'Be kind' })
    expect(await socket.next('notification', ({ kind }) => kind === 'warning')).toEqual({
      kind: 'warning',
      userId: moderator.id,
      roomId,
      seq,
      note: 'Be kind',
    })
    expect(await actionsOn('user', author.id)).toContain('user.warned')
    socket.close()
  })

  test('mutes: sending, editing and reacting are refused with the time, over HTTP and socket, reading is not', async () => {
    const { id, author, roomId, seq } = await reported()
    const socket = await connect(api, author)
    await sendText(api, author, roomId)
    const { report } = await call(api, moderator, resolveReport, {
      params: { id },
      body: { action: 'mute', muteMinutes: 60 },
    })
    expect(report).toMatchObject({ status: 'resolved', action: 'mute', subjectStatus: 'muted' })
    const { mutedUntil } = await socket.next('mute.changed')
    expect(await call(api, author, getOwnMute, {})).toEqual({ mutedUntil })
    const muted = { code: 'PERMISSION_DENIED', details: { reason: 'muted', until: mutedUntil } }
    const body = { kind: 'text' as const, text: 'more' }
    const clientId = crypto.randomUUID()
    expect(await refusal(api, author, sendMessage, { body: { roomId, clientId, body } })).toMatchObject(muted)
    expect(await refusal(api, author, editMessage, { body: { roomId, seq, body } })).toMatchObject(muted)
    expect(await refusal(api, author, addReaction, { body: { roomId, seq, emoji: '👍' } })).toMatchObject(muted)
    expect(await socket.refused('room.sendMessage', { roomId, clientId, body })).toMatchObject(muted)
    expect(await socket.refused('room.editMessage', { roomId, seq, body })).toMatchObject(muted)
    expect(await socket.refused('room.react', { roomId, seq, emoji: '👍', on: true })).toMatchObject(muted)
    expect(await bodyOf(author, roomId, seq)).toMatchObject({ kind: 'text' })
    await api.sql.query('UPDATE users SET muted_until = ? WHERE id = ?', [new Date(Date.now() - 1_000), author.id])
    socket.close()
  })

  test('needs to say for how long', async () => {
    const { id } = await reported()
    expect((await resolveAs(moderator, id, { action: 'mute' })).status).toBe(400)
  })

  test('removes a message of a room they are not in, and nothing else', async () => {
    const { id, author, reader, roomId, seq } = await reported()
    const other = await sendText(api, author, roomId, { text: 'harmless' })
    await resolveAs(moderator, id, { action: 'remove' })
    expect(await bodyOf(reader, roomId, seq)).toMatchObject({ kind: 'recall', by: moderator.id })
    expect(await bodyOf(reader, roomId, other)).toMatchObject({ kind: 'text', text: 'harmless' })
    expect(await actionsOn('report', id)).toEqual(['report.resolved', 'report.made'])
  })

  test('removes no message where a person was reported', async () => {
    const [author, reader] = [await createUser(api), await createUser(api)]
    const { id } = await call(api, reader, reportContent, { body: { userId: author.id, reason } })
    expect((await resolveAs(moderator, id, { action: 'remove' })).status).toBe(400)
  })

  test('shuts somebody out, who is gone at once', async () => {
    const { id, author } = await reported()
    const socket = await connect(api, author)
    await resolveAs(moderator, id, { action: 'disable', note: 'Third time' })
    await socket.closed
    await expect(signIn(api, author)).rejects.toMatchObject({ code: 'USER_DISABLED' })
    expect(await actionsOn('user', author.id)).toContain('user.disabled')
    const { report } = await call(api, moderator, getReport, { params: { id } })
    expect(report).toMatchObject({ action: 'disable', subjectStatus: 'disabled' })
  })

  test('does nothing to who holds more than they do, nor to themselves, and the report stays open', async () => {
    const member = await createUser(api)
    const aboutAdmin = await call(api, member, reportContent, { body: { userId: api.operator.id, reason } })
    for (const body of [{ action: 'mute', muteMinutes: 1 }, { action: 'disable' }]) {
      const refused = await refusal(api, moderator, resolveReport, { params: { id: aboutAdmin.id }, body })
      expect(refused).toMatchObject({ code: 'PERMISSION_DENIED', details: { reason: 'above-self' } })
    }
    const { report } = await call(api, moderator, getReport, { params: { id: aboutAdmin.id } })
    expect(report.status).toBe('open')
    const aboutSelf = await call(api, member, reportContent, { body: { userId: moderator.id, reason } })
    expect((await resolveAs(moderator, aboutSelf.id, { action: 'none' })).status).toBe(409)
    expect((await resolveAs(member, aboutSelf.id, { action: 'none' })).status).toBe(403)
  })
})

test('who was shut out and let in again may write', async () => {
  const { author, roomId, id } = await reported()
  await resolveAs(moderator, id, { action: 'disable' })
  const body = { disabled: false }
  await call(api, api.operator, setPersonDisabled, { params: { id: author.id }, body })
  expect(await sendText(api, await signIn(api, author), roomId)).toBeGreaterThan(1)
})
