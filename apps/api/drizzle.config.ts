import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'mysql',
  schema: './src/features/*/tables.ts',
  out: './migrations',
})
