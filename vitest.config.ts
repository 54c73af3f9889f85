import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Its own choice leaves a core to itself, of two as well.
    maxWorkers: '100%',
    projects: [
      { test: { name: 'protocol', root: 'packages/protocol', include: ['src/**/*.test.ts'] } },
      { test: { name: 'client', root: 'packages/client', include: ['src/**/*.test.ts'] } },
      { test: { name: 'test-upstream', root: 'packages/test-upstream', include: ['src/**/*.test.ts'] } },
      {
        extends: 'apps/web/vite.config.ts',
        root: 'apps/web',
        test: { name: 'web', include: ['src/**/*.test.{ts,tsx}'], environment: 'jsdom' },
      },
      {
        test: {
          name: 'api',
          root: 'apps/api',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          globalSetup: [join(import.meta.dirname, 'scripts/vitest-database.ts')],
        },
      },
      {
        test: {
          name: 'infra',
          root: 'infra',
          include: ['**/*.test.ts'],
          globalSetup: [join(import.meta.dirname, 'scripts/vitest-database.ts')],
        },
      },
      {
        test: {
          name: 'scripts',
          root: 'scripts',
          include: ['**/*.test.ts'],
          globalSetup: [join(import.meta.dirname, 'scripts/vitest-database.ts')],
        },
      },
    ],
  },
})
