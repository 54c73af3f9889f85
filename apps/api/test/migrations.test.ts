import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRoom, getRoom } from '@parley/protocol/rooms'
import { register } from '@parley/protocol/identity'
import { getHistory, sendMessage, syncRoom } from '@parley/protocol/messages'
import type { Contract } from '@parley/protocol/contract'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../scripts/free-port.ts'
import { readMigrations } from '../src/platform/migrations.ts'
import { breakingStatements } from './expansion.ts'
import { send, type RawRequest } from './harness.ts'
import { unpackVersionBefore } from './previous-version.ts'
import { startProgram } from './program.ts'
import { createSchema } from './schema.ts'

/** The last migration before the first release: nobody ran a version that knew less. */
const baseline = '0006_relay'

/** Migrations that take away what no version in use needs any more, with the release that stopped using it. */
const contracts: Record<string, string> = {}

const migrations = await readMigrations()
const newest = migrations.at(-1)?.name ?? ''

describe('a migration', () => {
  test('breaks nothing the version before it does, unless it is listed as a contract step', () => {
    const released = migrations.slice(migrations.findIndex(({ name }) => name === baseline) + 1)
    const breaks = released
      .filter(({ name }) => !Object.hasOwn(contracts, name))
      .flatMap(({ name, statements }) => breakingStatements(statements).map((what) => `${name} ${what}`))
    expect(breaks).toEqual([])
  })

  test.each([
    ['DROP TABLE `rooms`;', 'drops a table'],
    ['ALTER TABLE `users` DROP COLUMN `bio`;', 'drops a column'],
    ['ALTER TABLE `users` RENAME COLUMN `bio` TO `about`;', 'renames'],
    ['ALTER TABLE `users` MODIFY COLUMN `bio` varchar(10) NOT NULL;', 'changes a column'],
    ['ALTER TABLE `users` ADD `shoe_size` int NOT NULL;', 'adds a column that must be given'],
    ['ALTER TABLE `users` ADD CONSTRAINT `u` UNIQUE(`bio`);', 'forbids rows'],
    ['CREATE UNIQUE INDEX `u` ON `users` (`bio`);', 'forbids rows'],
    ['ALTER TABLE `users` ADD CONSTRAINT `f` FOREIGN KEY (`room`) REFERENCES `rooms`(`id`);', 'forbids rows'],
  ])('is seen to break it: %s', (statement, what) => {
    expect(breakingStatements([statement])).toEqual([expect.stringContaining(what)])
  })

  test.each([
    'CREATE TABLE `shoes` (`id` int NOT NULL, `size` int NOT NULL);',
    'ALTER TABLE `users` ADD `shoe_size` int;',
    'ALTER TABLE `users` ADD `shoe_size` int DEFAULT 42 NOT NULL;',
    'CREATE INDEX `users_shoes` ON `users` (`shoe_size`);',
    'ALTER TABLE `users` DROP INDEX `users_shoes`;',
    'UPDATE `users` SET `shoe_size` = 42;',
  ])('may do so: %s', (statement) => {
    expect(breakingStatements([statement])).toEqual([])
  })

  test('may ask of tables of its own whatever it likes', () => {
    const unique = 'ALTER TABLE `shoes` ADD CONSTRAINT `u` UNIQUE(`size`);'
    expect(breakingStatements(['CREATE TABLE `shoes` (`id` int, `size` int);', unique])).toEqual([])
  })
})

const Snapshot = Type.Object({
  tables: Type.Record(
    Type.String(),
    Type.Object({
      name: Type.String(),
      columns: Type.Record(Type.String(), Type.Object({ name: Type.String(), type: Type.String() })),
    }),
  ),
})

/** Something a column of this type takes. */
function valueFor(type: string): unknown {
  if (/^(bigint|int|smallint|tinyint|boolean|double|decimal)/.test(type)) return 1
  if (/^(datetime|timestamp|date)/.test(type)) return new Date(0)
  if (/binary|blob/.test(type)) return Buffer.from('x')
  return '1'
}

describe('the version before the newest migration', () => {
  test('writes and reads every table it knows on the new schema', async () => {
    const prefix = String(migrations.length - 2).padStart(4, '0')
    const file = join(import.meta.dirname, `../migrations/meta/${prefix}_snapshot.json`)
    const { tables } = Value.Parse(Snapshot, JSON.parse(await readFile(file, 'utf8')))
    const schema = await createSchema(process.env.DATABASE_URL ?? '')
    const connection = await createConnection({ uri: schema.url, timezone: 'Z' })
    await connection.query("SET SESSION sql_mode = 'TRADITIONAL', foreign_key_checks = 0")
    for (const { name, columns } of Object.values(tables)) {
      await connection.query('DELETE FROM ??', [name])
      const row = Object.values(columns).map((column) => valueFor(column.type))
      const names = Object.values(columns).map((column) => column.name)
      await connection.query('INSERT INTO ?? (??) VALUES (?)', [name, names, row])
      const [rows] = await connection.query<RowDataPacket[]>('SELECT ?? FROM ??', [names, name])
      expect({ name, rows: rows.length }).toEqual({ name, rows: 1 })
    }
    await connection.end()
    await schema.drop()
  })

  test('runs on the new schema: people register, make rooms, send and sync', async ({ skip }) => {
    const previous = await unpackVersionBefore(newest)
    if (!previous) {
      skip(`this clone has no history before ${newest}: the version before could not be run`)
      return
    }
    const schema = await createSchema(process.env.DATABASE_URL ?? '')
    const port = await freePort(0)
    const program = await startProgram({ PORT: String(port), DATABASE_URL: schema.url }, 'main', previous.dir)
    const api = { url: `http://127.0.0.1:${port}` }
    try {
      await program.said('Server listening at')
      // By status and name alone: its answers are those of its own contracts.
      const ask = async (contract: Contract, request: RawRequest, accessToken?: string): Promise<object> => {
        const response = await send(api, contract, request, accessToken === undefined ? null : { accessToken })
        const text = await response.text()
        expect({ status: response.status, text }).toMatchObject({ status: contract.status })
        const body: unknown = JSON.parse(text)
        return typeof body === 'object' && body !== null ? body : {}
      }
      const account = { email: 'ann@example.com', username: 'ann', password: 'correct horse battery' }
      const { accessToken } = Value.Parse(
        Type.Object({ accessToken: Type.String() }),
        await ask(register, { body: account }),
      )
      const { room } = Value.Parse(
        Type.Object({ room: Type.Object({ id: Type.String() }) }),
        await ask(createRoom, { body: { name: 'Old', type: 'PUBLIC' } }, accessToken),
      )
      const message = { roomId: room.id, clientId: randomUUID(), body: { kind: 'text', text: 'hello' } }
      await ask(sendMessage, { body: message }, accessToken)
      const query = { roomId: room.id, limit: 50 }
      const { head } = Value.Parse(
        Type.Object({ head: Type.Object({ epoch: Type.Integer() }) }),
        await ask(getHistory, { query }, accessToken),
      )
      const synced = await ask(syncRoom, { query: { roomId: room.id, change: 0, epoch: head.epoch } }, accessToken)
      expect(JSON.stringify(synced)).toContain('hello')
      await ask(getRoom, { query: {} }, accessToken)
    } finally {
      await program.clear()
      await schema.drop()
      await previous.remove()
    }
  }, 90_000)
})
