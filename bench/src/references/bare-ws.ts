import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { textOf } from '../raw-socket.ts'

/** Bare ws, speaking as much Socket.IO as the load generator needs: what one says everybody hears. */
const http = createServer((_, response) => response.end('ok'))
const server = new WebSocketServer({ server: http, perMessageDeflate: false })
server.on('connection', (socket) => {
  socket.send('0{}')
  socket.on('message', (data) => {
    const packet = textOf(data)
    if (packet.startsWith('40')) return socket.send('40{}')
    const start = packet.indexOf('[')
    if (!packet.startsWith('42') || start < 0) return undefined
    const id = packet.slice(2, start)
    const [, message]: unknown[] = JSON.parse(packet.slice(start))
    const sent = `42${JSON.stringify(['messages', message])}`
    for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(sent)
    return socket.send(`43${id}[{"ok":true}]`)
  })
})
http.listen(Number(process.env.PORT), '127.0.0.1')
