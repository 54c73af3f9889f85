import fastify from 'fastify'
import { createPool } from 'mysql2/promise'

/** The last 50 messages by one prepared SELECT over an index, behind bare Fastify. */
const pool = createPool({ uri: process.env.REFERENCE_DATABASE_URL ?? '', connectionLimit: 10, timezone: 'Z' })
const app = fastify()
app.get('/', async () => 'ok')
app.get<{ Params: { roomId: string } }>('/rows/:roomId', async ({ params }) => {
  const [rows] = await pool.execute(
    'SELECT room_id, seq, `change`, client_id, sender_id, body, reply_to, created_at FROM messages WHERE room_id = ? ORDER BY seq DESC LIMIT 50',
    [params.roomId],
  )
  return { rows }
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
