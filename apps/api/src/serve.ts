import type { FastifyInstance } from 'fastify'
import type { Settings } from './config-reload.ts'
import { answerWhileStarting } from './platform/http/starting.ts'
import { openLog } from './platform/logging.ts'
import { migrateDatabase } from './platform/migrations.ts'
import { untilDatabaseAnswers } from './platform/until-database.ts'

/** What ends processes kills those that take longer than a little more. */
const closingMsMax = 10_000

async function close(app: FastifyInstance, signal: string): Promise<void> {
  app.log.info({ signal }, 'closing')
  const giveUp = () => {
    app.log.fatal('what is under way did not end in time')
    process.exit(1)
  }
  setTimeout(giveUp, closingMsMax).unref()
  await app.close()
}

/** Waits for the database and brings it up to date. Whoever looks after the server is told meanwhile that it starts. */
async function prepare(settings: Settings): Promise<void> {
  const { DATABASE_URL, PORT, HOST } = settings.current()
  const log = await openLog(settings.current())
  const starting = await answerWhileStarting({ port: PORT, host: HOST })
  await untilDatabaseAnswers(() => migrateDatabase(DATABASE_URL, { log: log.logger }), { log: log.logger })
  await starting.close()
  await log.close()
}

/** Runs the API until it is asked to end. What is large is loaded once the database is there. */
export async function serve(settings: Settings): Promise<void> {
  let app: FastifyInstance | null = null
  let closing: Promise<void> | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // Before it serves there is nothing to end: migrations go on where they were left.
      if (!app) process.exit(0)
      // Asked again, it goes on with it.
      closing ??= close(app, signal)
    })
  // While it waits for the database there is nobody to take them up.
  let isReloadDue = false
  process.on('SIGHUP', () => {
    if (app) settings.reload(app.log)
    else isReloadDue = true
  })

  await prepare(settings)
  const { createApp } = await import('./app.ts')
  app = await createApp(settings)
  if (isReloadDue) settings.reload(app.log)
  const { PORT, HOST } = settings.current()
  if (!closing) await app.listen({ port: PORT, host: HOST })
}
