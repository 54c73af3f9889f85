import { createTestUpstream } from './server.ts'

const port = Number(process.env.PORT ?? 8090)
const server = createTestUpstream()
server.listen(port, '127.0.0.1', () => process.stdout.write(`test upstream on http://127.0.0.1:${port}\n`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
  })
