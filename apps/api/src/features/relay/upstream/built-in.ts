import { createTestUpstream } from '@parley/test-upstream/server'

/** The built-in upstream, on a port of the loopback that nobody else is told. */
export async function startTestUpstream(): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createTestUpstream()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the test upstream listens on no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
