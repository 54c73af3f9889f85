import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startPrivateRedis } from './redis.ts'

/** Sends lines to a server and answers what it says to them. */
const say = (url: string, ...lines: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) })
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
    socket.write(`${[...lines, 'QUIT'].join('\r\n')}\r\n`)
  })

test('a private Redis takes its own password only, is empty after a kill, and is gone when stopped', async () => {
  const redis = await startPrivateRedis()
  const { password } = new URL(redis.url)
  expect(await say(redis.url, 'SET a 1')).toContain('-NOAUTH')
  expect(await say(redis.url, `AUTH ${password}`, 'SET a 1')).toBe('+OK\r\n+OK\r\n+OK\r\n')
  await redis.kill()
  await redis.restart()
  expect(await say(redis.url, `AUTH ${password}`, 'GET a')).toBe('+OK\r\n$-1\r\n+OK\r\n')
  await redis.stop()
  await expect(say(redis.url)).rejects.toThrow('ECONNREFUSED')
})
