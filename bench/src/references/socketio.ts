import { createServer } from 'node:http'
import { Server } from 'socket.io'

/** Bare Socket.IO: everybody is in one room, what one says everybody hears. Nothing is stored, nobody is asked who they are. */
const http = createServer((_, response) => response.end('ok'))
const io = new Server(http, { path: '/ws', transports: ['websocket'], perMessageDeflate: false, pingInterval: 15_000 })
io.on('connection', (socket) => {
  void socket.join('room')
  socket.on('room.sendMessage', (message: unknown, ack: (answer: object) => void) => {
    io.to('room').emit('messages', message)
    ack({ ok: true })
  })
})
http.listen(Number(process.env.PORT), '127.0.0.1')
