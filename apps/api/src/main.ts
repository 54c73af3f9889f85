import { runProgram } from './program.ts'

/** What ends processes kills those that take longer than a little more. */
const closingMsMax = 10_000

await runProgram(async (settings) => {
  const [{ createApp }, { migrateDatabase }] = await Promise.all([
    import('./app.ts'),
    import('./platform/migrations.ts'),
  ])
  const { DATABASE_URL, PORT, HOST } = settings.current()
  await migrateDatabase(DATABASE_URL)
  const app = await createApp(settings)
  let closing: Promise<void> | undefined

  async function close(signal: string): Promise<void> {
    app.log.info({ signal }, 'closing')
    const giveUp = () => {
      app.log.fatal('what is under way did not end in time')
      process.exit(1)
    }
    setTimeout(giveUp, closingMsMax).unref()
    await app.close()
  }

  process.on('SIGHUP', () => settings.reload(app.log))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Asked again, it goes on with it.
    process.on(signal, () => void (closing ??= close(signal)))
  }

  await app.listen({ port: PORT, host: HOST })
})
