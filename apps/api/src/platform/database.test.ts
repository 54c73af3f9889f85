import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import type { RowDataPacket } from 'mysql2/promise'
import { expect, test } from 'vitest'
import { isDatabaseAway, openDatabase } from './database.ts'

test('a database that takes connections and says nothing is away', async () => {
  const held: Socket[] = []
  const silent = createServer((socket) => held.push(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const database = openDatabase(`mysql://127.0.0.1:${address.port}/parley`)
  const error: unknown = await database.ping().catch((thrown: unknown) => thrown)
  expect(isDatabaseAway(error)).toBe(true)
  for (const socket of held) socket.destroy()
  silent.close()
  await database.close()
})

test('a database that ends the connection of a statement under way is away', async () => {
  const database = openDatabase(process.env.DATABASE_URL ?? '')
  const connection = await database.reader.getConnection()
  const [[own]] = await connection.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS id')
  const error = connection.query('SELECT SLEEP(30)').catch((thrown: unknown) => thrown)
  await database.writer.query('KILL CONNECTION ?', [own?.id])
  expect(isDatabaseAway(await error)).toBe(true)
  connection.destroy()
  await database.close()
})

test('a file that is missing says nothing of the database', () => {
  const missing = (syscall: string) => Object.assign(new Error('no such file'), { code: 'ENOENT', syscall })
  expect(isDatabaseAway(missing('open'))).toBe(false)
  expect(isDatabaseAway(missing('connect'))).toBe(true)
})

/** In how many seconds Linux asks whether the other end of a connection is still there; null if it does not. */
async function asksInSeconds(port: number): Promise<number | null> {
  const sockets = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/))
  const own = sockets.find(([, local]) => local?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`))
  const [timer, hundredths = ''] = own?.[5]?.split(':') ?? []
  return timer === '02' ? Number.parseInt(hundredths, 16) / 100 : null
}

test.runIf(process.platform === 'linux')('a database that vanishes without a word is noticed', async () => {
  const { promise: taken, resolve } = Promise.withResolvers<Socket>()
  const vanished = createServer(resolve)
  await new Promise<void>((listening) => vanished.listen(0, '127.0.0.1', listening))
  const address = vanished.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const database = openDatabase(`mysql://127.0.0.1:${address.port}/parley`)
  const asked = database.reader.query('SELECT 1').catch(() => undefined)
  const socket = await taken
  const seconds = () => asksInSeconds(socket.remotePort ?? 0)
  await expect.poll(seconds).toBeGreaterThan(0)
  expect(await seconds()).toBeLessThanOrEqual(20)
  socket.destroy()
  vanished.close()
  await asked
  await database.close()
})
