import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { cookieFetch } from './cookie-fetch.ts'

test('cookies are kept, replaced and dropped as the server says', async () => {
  const seen: (string | undefined)[] = []
  const answers = [['a=1; HttpOnly; Path=/', 'b=2'], ['a=3; HttpOnly'], ['b=; Max-Age=0'], []]
  const server = createServer((request, response) => {
    seen.push(request.headers.cookie)
    response.setHeader('set-cookie', answers[seen.length - 1] ?? [])
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const send = cookieFetch()
  for (const _ of answers) await send(`http://127.0.0.1:${address.port}/`)
  server.close()
  expect(seen).toEqual([undefined, 'a=1; b=2', 'a=3; b=2', 'a=3'])
})
