import { createServer } from 'node:http'
import { createPool } from 'mysql2/promise'
import { Server } from 'socket.io'

/**
 * Socket.IO with group commit and no checks: what arrives during a commit is stored by the next one, each message is then
 * acknowledged and sent in a packet of its own to the ten people of its room.
 */
interface Message {
  roomId: string
  clientId: string
  body: object
}
interface Waiting {
  message: Message
  ack: (answer: object) => void
}

const pool = createPool({ uri: process.env.REFERENCE_DATABASE_URL ?? '', connectionLimit: 2, timezone: 'Z' })
await pool.query(
  'CREATE TABLE IF NOT EXISTS reference_messages (room_id BIGINT UNSIGNED NOT NULL, seq BIGINT UNSIGNED NOT NULL, ' +
    'client_id CHAR(36) NOT NULL, body MEDIUMTEXT NOT NULL, created_at DATETIME(3) NOT NULL, PRIMARY KEY (room_id, seq))',
)
await pool.query('TRUNCATE reference_messages')

const http = createServer((_, response) => response.end('ok'))
const io = new Server(http, { path: '/ws', transports: ['websocket'], perMessageDeflate: false, pingInterval: 15_000 })
const seqs = new Map<string, number>()
const queue: Waiting[] = []
let isWriting = false

async function write(): Promise<void> {
  isWriting = true
  while (queue.length > 0) {
    const batch = queue.splice(0, 256)
    const stored = batch.map(({ message, ack }) => {
      const seq = (seqs.get(message.roomId) ?? 0) + 1
      seqs.set(message.roomId, seq)
      return { message, ack, seq }
    })
    const now = new Date()
    await pool.query('INSERT INTO reference_messages (room_id, seq, client_id, body, created_at) VALUES ?', [
      stored.map(({ message, seq }) => [message.roomId, seq, message.clientId, JSON.stringify(message.body), now]),
    ])
    for (const { message, ack, seq } of stored) {
      ack({ ok: true, seq })
      io.to(message.roomId).emit('messages', { ...message, seq })
    }
  }
  isWriting = false
}

io.on('connection', (socket) => {
  const { token }: { token?: string } = socket.handshake.auth
  // The token names the rooms: there is nobody to ask.
  for (const roomId of (token ?? '').split(',')) void socket.join(roomId)
  socket.on('room.sendMessage', (message: Message, ack: Waiting['ack']) => {
    queue.push({ message, ack })
    if (!isWriting) void write()
  })
})
http.listen(Number(process.env.PORT), '127.0.0.1')
