import { createServer } from 'node:http'
import { hash, verify } from '@node-rs/argon2'

/** Bare @node-rs/argon2 behind node:http: one verification a request, at the cost Parley uses. */
const stored = await hash('correct horse battery', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
createServer((request, response) => {
  if (request.url === '/') return response.end('ok')
  void verify(stored, 'correct horse battery').then((isRight) => response.end(String(isRight)))
  return undefined
}).listen(Number(process.env.PORT), '127.0.0.1')
