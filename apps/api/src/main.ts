import { createApp } from './app.ts'
import { loadConfig } from './config.ts'
import { migrateDatabase } from './platform/database.ts'

const config = loadConfig(process.env)
await migrateDatabase(config.DATABASE_URL)
const app = await createApp(config)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    app.log.info({ signal }, 'closing')
    void app.close()
  })
}

await app.listen({ port: config.PORT, host: config.HOST })
