import { createServer, type Socket } from 'node:net'
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
