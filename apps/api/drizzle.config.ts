import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'mysql',
  schema: ['./src/platform/tables.ts', './src/features/*/tables.ts'],
  out: './migrations',
})
