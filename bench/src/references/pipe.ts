import { Agent, createServer, request as send } from 'node:http'

/** The floor: what any relay on Node pays at least, the request piped to the upstream and its answer back. */
const agent = new Agent({ keepAlive: true })
const { hostname, port } = new URL(process.env.UPSTREAM_ORIGIN ?? '')

createServer((request, response) => {
  if (request.url === '/') {
    response.end('ok')
    return
  }
  const { method, url: path, headers } = request
  const onward = send({ agent, hostname, port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}).listen(Number(process.env.PORT), '127.0.0.1')
