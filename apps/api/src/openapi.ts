import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from './app.ts'
import { createSettings } from './config-reload.ts'
import { loadConfig } from './config.ts'

/** Writes the OpenAPI document beside the package. Nothing connects: the database is only ever named. */
const app = await createApp(
  createSettings(() =>
    loadConfig({
      DATABASE_URL: 'mysql://nobody@127.0.0.1/none',
      JWT_SECRET: 'x'.repeat(32),
      ENCRYPTION_KEY: 'x'.repeat(32),
      LOG_LEVEL: 'silent',
      LOG_DIR: 'off',
      DATA_DIR: join(tmpdir(), `parley-openapi-${process.pid}`),
    }),
  ),
)
await app.ready()
writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(app.swagger(), null, 2)}\n`)
await app.close()
