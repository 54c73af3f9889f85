import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { createApp } from '../../../apps/api/src/app.ts'
import { createSettings } from '../../../apps/api/src/config-reload.ts'
import { loadConfig } from '../../../apps/api/src/config.ts'
import { createHistory } from '../../../apps/api/src/features/messages/history.ts'
import { openDatabase } from '../../../apps/api/src/platform/database.ts'
import { createRouteCache } from '../../../apps/api/src/platform/route-cache.ts'

/**
 * One read, the last 50 messages of a room, behind nothing and behind each of the guards. What is bare is a server of its
 * own; the others are routes beside the product's, under the hooks that all of them share.
 */
const settings = createSettings(() => loadConfig({ ...process.env, PORT: '0' }))
const { DATABASE_URL } = settings.current()
const database = openDatabase(DATABASE_URL)
const history = createHistory(database.reader)
const routeCache = createRouteCache({ cluster: null, onError: (error) => process.stderr.write(`${String(error)}\n`) })

const roomIdOf = ({ query }: FastifyRequest): string => String(Object(query).roomId)
const read = (request: FastifyRequest) => history.window({ roomId: roomIdOf(request), limit: 50 })
const write = { serializerCompiler: () => JSON.stringify }

const app = await createApp(settings)

const authenticate = async (request: FastifyRequest) => void (request.actor = await app.authenticate(request))
async function authorize({ actor }: FastifyRequest): Promise<void> {
  if (actor) await app.authorize(actor, 'messages:read')
}
const limitRate = (request: FastifyRequest, reply: FastifyReply) =>
  app.limitRate({ rateClass: 'read', request, reply, actor: request.actor })

app.get('/hooks', write, read)
app.get('/auth', { ...write, onRequest: [authenticate] }, read)
app.get('/access', { ...write, onRequest: [authenticate, authorize] }, read)
app.get('/limits', { ...write, onRequest: [authenticate, limitRate] }, read)

let misses = 0
const cached = (request: FastifyRequest, input: Record<string, string>) =>
  routeCache.get({ route: '/cached', scope: 'everybody', input, tags: [] }, () => read(request))
app.get('/cache-hit', write, (request) => cached(request, { roomId: roomIdOf(request) }))
app.get('/cache-miss', write, (request) => cached(request, { miss: String((misses += 1)) }))

const checks = 200_000
/** What one permission costs that is answered from memory, in microseconds. */
app.get('/authorize', { onRequest: [authenticate] }, async ({ actor }) => {
  if (!actor) throw new Error('nobody asks')
  const beganMs = performance.now()
  for (let check = 0; check < checks; check += 1) await app.authorize(actor, 'messages:read')
  return ((performance.now() - beganMs) * 1_000) / checks
})
const guarded = await app.listen({ port: 0, host: '127.0.0.1' })

const bare = fastify()
bare.get('/', async () => guarded)
bare.get('/bare', write, read)
await bare.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
