import type { RowDataPacket } from 'mysql2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, startApi, type TestApi } from '../../test/harness.ts'
import { recordAudit } from './audit.ts'
import { openDatabase, type DatabasePools } from './database.ts'

let api: TestApi
let database: DatabasePools
beforeAll(async () => {
  api = await startApi()
  database = openDatabase(api.databaseUrl)
})
afterAll(async () => {
  await database.close()
  await api.close()
})

async function entriesOf(targetId: string): Promise<RowDataPacket[]> {
  const [rows] = await api.sql.query<RowDataPacket[]>('SELECT * FROM audit_log WHERE target_id = ?', [targetId])
  return rows
}

const entry = { workspaceId: '1', actorId: null, action: 'thing.changed', targetKind: 'thing' }

test('an entry says who, what, on what and from where', async () => {
  const user = await createUser(api)
  expect(await entriesOf(user.id)).toMatchObject([
    { action: 'user.registered', target_kind: 'user', address: '127.0.0.1', request_id: expect.stringMatching(/.{8}/) },
  ])
})

test('an entry stands only if what it records does', async () => {
  const failing = database.db.transaction(async (tx) => {
    await recordAudit(tx, { ...entry, targetId: 'undone' })
    throw new Error('it did not happen')
  })
  await expect(failing).rejects.toThrow('it did not happen')
  expect(await entriesOf('undone')).toEqual([])
})

test('secrets are masked at any depth', async () => {
  const after = {
    name: 'x',
    password: 'p',
    backupCodes: ['c'],
    nested: [{ apiKey: 'k', refreshToken: 't', note: 'seen' }],
  }
  await recordAudit(database.db, { ...entry, targetId: 'masked', after })
  const [found] = await entriesOf('masked')
  expect(JSON.parse(found?.after_values)).toEqual({
    name: 'x',
    password: '***',
    backupCodes: '***',
    nested: [{ apiKey: '***', refreshToken: '***', note: 'seen' }],
  })
})

test('what only speaks of secrets is written down', async () => {
  const after = {
    timeouts: { first_token_ms: 1_000 },
    output_tokens_max: 4_096,
    input_tokens: 7,
    token_id: '3',
    error_code: 'no_channel',
    has_key: true,
  }
  await recordAudit(database.db, { ...entry, targetId: 'spoken of', after })
  const [found] = await entriesOf('spoken of')
  expect(JSON.parse(found?.after_values)).toEqual(after)
})
