import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBooks, type TestBooks } from '../../../test/accounting.ts'
import { createEventBus, type EventBus } from '../../platform/events.ts'
import { insertWorkspace } from '../../../test/relay-rows.ts'
import type { RelayEvents } from './events.ts'
import { createPromptLog, keepable } from './prompt-log.ts'
import { createWishes } from './settings.ts'
import { relayPromptLogs, relaySettings } from './tables.ts'

let books: TestBooks
let events: EventBus<RelayEvents>
let workspaceId: string
const said: object[] = []
const log = { error: (context: object) => void said.push(context), warn: (context: object) => void said.push(context) }
const open = () => createPromptLog({ db: books.database.db, wishesOf: createWishes(books.database.db, events), log })

beforeAll(async () => {
  books = await openBooks()
  events = createEventBus<RelayEvents>((error) => {
    throw error
  })
  workspaceId = await insertWorkspace(books.database.db)
})
afterAll(() => books.close())

async function keepFor(days: number): Promise<void> {
  const values = { workspaceId, promptLogDays: days, alertEmails: [] }
  await books.database.db
    .insert(relaySettings)
    .values(values)
    .onDuplicateKeyUpdate({ set: { promptLogDays: days } })
  events.emit('relay.changed', { workspaceId, kind: 'settings' })
}

const recordOf = (request: string, answer = 'an answer') => ({ requestId: randomUUID(), workspaceId, request, answer })

const rowOf = async ({ requestId }: { requestId: string }) => {
  const [row] = await books.database.db.select().from(relayPromptLogs).where(eq(relayPromptLogs.requestId, requestId))
  return row
}

describe('the prompt log', () => {
  test('keeps nothing where nobody asked for it, and begins and ends with the setting', async () => {
    const prompts = open()
    expect(await prompts.isWanted(workspaceId)).toBe(false)
    await keepFor(7)
    expect(await prompts.isWanted(workspaceId)).toBe(true)
    const kept = recordOf('a question')
    prompts.keep(kept)
    await prompts.close()
    expect(await rowOf(kept)).toMatchObject({ workspaceId, request: 'a question', answer: 'an answer' })
    const late = recordOf('asked before, written after')
    await keepFor(0)
    expect(await prompts.isWanted(workspaceId)).toBe(false)
    prompts.keep(late)
    await prompts.close()
    expect(await rowOf(late)).toBeUndefined()
  })

  test('expires after the days of the setting, and is swept then', async () => {
    await keepFor(3)
    const prompts = open()
    const [young, old] = [recordOf('young'), recordOf('old')]
    prompts.keep(young)
    prompts.keep(old)
    await prompts.close()
    const expiresInMs = ((await rowOf(young))?.expiresAt.getTime() ?? 0) - Date.now()
    expect(expiresInMs / 86_400_000).toBeCloseTo(3, 2)
    await books.database.db
      .update(relayPromptLogs)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(relayPromptLogs.requestId, old.requestId))
    prompts.start()
    await prompts.close()
    expect(await rowOf(old)).toBeUndefined()
    expect(await rowOf(young)).toBeDefined()
  })

  test('loses what it cannot keep up with, and says how much', async () => {
    await keepFor(1)
    const prompts = open()
    said.length = 0
    const records = Array.from({ length: 600 }, (_, at) => recordOf(`question ${at}`))
    for (const record of records) prompts.keep(record)
    await prompts.close()
    const rows = await Promise.all(records.map(rowOf))
    expect(rows.filter(Boolean).length).toBeGreaterThanOrEqual(500)
    expect(rows.at(-1)).toBeUndefined()
    expect(said).toEqual([{ lost: 1 }])
  })
})

describe('a text that is kept', () => {
  test.each([
    [`key sk-${'a1B2'.repeat(8)}, and`, 'key [redacted], and'],
    ['"authorization":"Bearer abcdefgh.ijkl"', '"authorization":"[redacted]"'],
    [String.raw`{\"api_key\":\"0123456789\",\"n\":1}`, String.raw`{\"[redacted]\",\"n\":1}`],
    ['write to lin.wu+x@mail.example.com.', 'write to [redacted].'],
    ['card 4111 1111 1111 1111 or 4111-1111-1111-1111', 'card [redacted] or [redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- after', '[redacted] after'],
    ['ｌｉｎ＠ｅｘａｍｐｌｅ．ｃｏｍ', '[redacted]'],
    ['in 2025 there were 1,234 of 567890', 'in 2025 there were 1,234 of 567890'],
  ])('holds no secrets: %s', (text, expected) => {
    expect(keepable(text)).toBe(expected)
  })

  test('is cut at 64 kB, between characters, and no secret is left in half at the cut', () => {
    expect(Buffer.byteLength(keepable('密'.repeat(100_000)))).toBe(65_535)
    const crossing = `${'x '.repeat(32_760)}sk-${'a1B2'.repeat(100)}`
    expect(keepable(crossing)).not.toContain('sk-')
    expect(Buffer.byteLength(keepable(crossing))).toBeLessThanOrEqual(65_536)
  })
})
