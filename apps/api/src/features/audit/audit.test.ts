import { AuditEntry, exportAudit, listAudit } from '@parley/protocol/audit'
import Value from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHolder } from '../../../test/access.ts'
import { call, createUser, refusal, send, startApi, type TestApi, type TestUser } from '../../../test/harness.ts'
import { heldBytes } from '../../../test/held-bytes.ts'

let api: TestApi
let admin: TestUser
beforeAll(async () => {
  api = await startApi()
  admin = await createHolder(api, 'admin')
})
afterAll(() => api.close())

interface Wanted {
  action: string
  workspaceId?: number
  targetId?: string
  after?: Record<string, unknown>
  createdAt?: Date
}

/** Lines as some feature would have written them, by the admin. */
async function record(count: number, { action, workspaceId = 1, targetId, after, createdAt }: Wanted): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => [
    workspaceId,
    admin.id,
    action,
    'thing',
    targetId ?? String(index + 1),
    '192.0.2.7',
    'request',
    after ? JSON.stringify(after) : null,
    createdAt ?? new Date(),
  ])
  await api.sql.query(
    'INSERT INTO audit_log (workspace_id, actor_id, action, target_kind, target_id, address, request_id, after_values, created_at) VALUES ?',
    [rows],
  )
}

/** Every line a list answers, page after page. */
async function all(query: Record<string, string>): Promise<AuditEntry[]> {
  const items: AuditEntry[] = []
  let cursor: string | null = null
  do {
    const page: { items: AuditEntry[]; nextCursor: string | null } = await call(api, admin, listAudit, {
      query: { ...query, ...(cursor && { cursor }) },
    })
    expect(page.items.length).toBeLessThanOrEqual(50)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

async function exported(query: Record<string, string>): Promise<{ text: string; headers: Headers }> {
  const response = await send(api, exportAudit, { query }, admin)
  expect(response.status).toBe(200)
  // Undecoded, to see the mark at the start.
  return { text: Buffer.from(await response.arrayBuffer()).toString(), headers: response.headers }
}

describe('the audit log', () => {
  test('pages both ways without a line twice or left out', async () => {
    await record(120, { action: 'paged.made' })
    const down = await all({ action: 'paged.made' })
    const up = await all({ action: 'paged.made', order: 'asc' })
    expect(new Set(down.map(({ id }) => id)).size).toBe(120)
    expect(up.map(({ targetId }) => targetId)).toEqual(Array.from({ length: 120 }, (_, index) => String(index + 1)))
    expect(down).toEqual(up.toReversed())
  })

  test('says who did what by name', async () => {
    const user = await createHolder(api, 'guest')
    const [entry] = await all({ targetKind: 'user', targetId: user.id, action: 'user-role.changed' })
    expect(entry).toMatchObject({
      actorId: api.operator.id,
      actor: { username: 'operator' },
      targetName: user.username,
      before: { role: 'member' },
      after: { role: 'guest' },
      address: '127.0.0.1',
    })
  })

  test('is narrowed down by who, what, on what, when and any text', async () => {
    await record(1, { action: 'found.early', targetId: '71', createdAt: new Date('2026-01-01') })
    await record(1, { action: 'found.late', targetId: '72', after: { name: '茶館 100%' } })
    const ids = async (query: Record<string, string>) => (await all(query)).map(({ targetId }) => targetId)
    expect(await ids({ action: 'found' })).toEqual(['72', '71'])
    expect(await ids({ action: 'found', actorId: admin.id })).toEqual(['72', '71'])
    expect(await ids({ action: 'found', actorId: api.operator.id })).toEqual([])
    expect(await ids({ action: 'found', to: '2026-01-02T00:00:00.000Z' })).toEqual(['71'])
    expect(await ids({ action: 'found', from: '2026-01-02T00:00:00.000Z' })).toEqual(['72'])
    expect(await ids({ targetKind: 'thing', targetId: '71', action: 'found' })).toEqual(['71'])
    expect(await ids({ query: '茶館' })).toEqual(['72'])
    expect(await ids({ query: '100%' })).toEqual(['72'])
    expect(await ids({ query: '1_0%' })).toEqual([])
    expect(await ids({ query: 'found.early' })).toEqual(['71'])
  })

  test('of another workspace is never shown', async () => {
    await record(1, { action: 'elsewhere.made', workspaceId: 2 })
    expect(await all({ action: 'elsewhere' })).toEqual([])
    expect((await exported({ action: 'elsewhere', format: 'ndjson' })).text).toBe('')
  })

  test('is for those who hold audit:read', async () => {
    for (const role of ['member', 'moderator']) {
      const user = role === 'member' ? await createUser(api) : await createHolder(api, role)
      for (const [contract, query] of [
        [listAudit, {}],
        [exportAudit, { format: 'csv' }],
      ] as const) {
        expect(await refusal(api, user, contract, { query })).toMatchObject({ details: { reason: 'audit:read' } })
      }
    }
  })

  test.each(['cursor', 'from', 'to'])('refuses a %s that means nothing', async (field) => {
    const query = { [field]: field === 'cursor' ? 'e30' : '+275760-09-13T00:00:00.000Z' }
    expect(await refusal(api, admin, listAudit, { query })).toMatchObject({ code: 'VALIDATION_FAILED' })
  })
})

describe('an export', () => {
  test('holds every line, however many, in memory that does not grow with them', async () => {
    const note = 'x'.repeat(4_000)
    for (let batch = 0; batch < 10; batch += 1) await record(1_000, { action: 'many.made', after: { note } })
    const before = heldBytes()
    let highest = before
    const response = await send(api, exportAudit, { query: { action: 'many', format: 'ndjson' } }, admin)
    let lines = 0
    for await (const chunk of response.body ?? []) {
      for (const byte of chunk) {
        if (byte !== 10) continue
        lines += 1
        if (lines % 500 === 0) highest = Math.max(highest, heldBytes())
      }
    }
    expect(lines).toBe(10_000)
    // The file is over 40 MB.
    expect(highest - before).toBeLessThan(20 * 1024 * 1024)
  })

  test('in CSV is safe to open in a spreadsheet', async () => {
    const after = { note: 'a "quoted", thing' }
    for (const targetId of ['=1+1', '+1', '-1', '@SUM(1)']) await record(1, { action: 'formula.made', targetId, after })
    const { text, headers } = await exported({ action: 'formula', format: 'csv' })
    expect(headers.get('content-type')).toMatch('text/csv')
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
    const [head, ...lines] = text.trimEnd().split('\r\n')
    expect(head).toBe(
      '\uFEFFid,createdAt,actorId,actor,action,targetKind,targetId,targetName,address,requestId,before,after',
    )
    expect(lines.map((line) => /"thing","([^"]*)"/.exec(line)?.[1])).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(1)"])
    expect(lines[0]).toMatch(/"\{""note"":""a \\""quoted\\"", thing""\}"$/)
  })

  test('is in the log itself', async () => {
    await exported({ action: 'nothing', format: 'ndjson' })
    const [entry] = await all({ action: 'audit.exported' })
    expect(entry).toMatchObject({ actorId: admin.id, after: { format: 'ndjson', action: 'nothing' } })
    expect(Value.Check(AuditEntry, entry)).toBe(true)
  })
})
