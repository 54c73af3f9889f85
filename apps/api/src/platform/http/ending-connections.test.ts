import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import { endConnections } from './ending-connections.ts'

test('a server closes at once with connections open on which nothing was sent, and answers what is under way', async () => {
  const app = fastify({ forceCloseConnections: 'idle' })
  endConnections(app)
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
  app.get('/', async () => {
    asked()
    await mayAnswer
    return 'whole'
  })
  const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const unused = connect(Number(url.port), url.hostname)
  await once(unused, 'connect')
  const answered = fetch(url, { headers: { connection: 'close' } })
  await isAsked
  const closed = app.close()
  await once(unused, 'close')
  answer()
  expect(await (await answered).text()).toBe('whole')
  const late = Symbol('late')
  expect(await Promise.race([closed, delay(5_000, late, { ref: false })])).not.toBe(late)
})
