import { createApp } from './app.ts'
import { createSettings } from './config-reload.ts'
import { loadConfig } from './config.ts'
import { migrateDatabase } from './platform/database.ts'

const settings = createSettings(() => loadConfig(process.env))
const { DATABASE_URL, PORT, HOST } = settings.current()
await migrateDatabase(DATABASE_URL)
const app = await createApp(settings)

process.on('SIGHUP', () => settings.reload(app.log))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    app.log.info({ signal }, 'closing')
    void app.close()
  })
}

await app.listen({ port: PORT, host: HOST })
