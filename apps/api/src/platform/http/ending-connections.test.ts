import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { endConnections } from './ending-connections.ts'

test('a server that closes accepts nobody, answers what is under way, and ends the connections that are open', async () => {
  const app = fastify({ forceCloseConnections: 'idle', return503OnClosing: false })
  endConnections(app)
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
  app.get('/', async () => {
    asked()
    await mayAnswer
    return 'whole'
  })
  const heard: Socket[] = []
  app.server.on('connection', (socket: Socket) => heard.push(socket))
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  async function open(): Promise<Socket> {
    const socket = connect(Number(url.port), url.hostname)
    await once(socket, 'connect')
    return socket
  }
  const [unused, busy, half] = [await open(), await open(), await open()]
  half.write('GET / HTTP/1.1\r\n')
  busy.write('GET / HTTP/1.1\r\nhost: parley\r\n\r\n')
  await isAsked
  await expect.poll(() => heard.filter(({ bytesRead }) => bytesRead > 0)).toHaveLength(2)
  const closed = app.close()
  await once(unused, 'close')
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  half.write('host: parley\r\n\r\n')
  expect(await text(half)).toContain('Nothing was stored; try again shortly.')
  answer()
  expect(await text(busy)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nwhole$/s)
  const late = Symbol('late')
  expect(await Promise.race([closed, delay(5_000, late, { ref: false })])).not.toBe(late)
})
