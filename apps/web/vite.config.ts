import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import autoImport from 'unplugin-auto-import/vite'
import { defineConfig } from 'vite'
import { readApiOrigin } from './page-elsewhere.ts'
import { apiOrigin } from './vite-api-origin.ts'
import { precompress } from './vite-precompress.ts'

const api = process.env.PARLEY_API_ORIGIN ?? 'http://127.0.0.1:8000'
const builtFor = readApiOrigin(process.env)

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    // The declarations are committed, so that the type check needs no build before it.
    autoImport({ imports: ['react', 'react-i18next'], dts: 'src/auto-imports.d.ts' }),
    ...(builtFor ? [apiOrigin(builtFor)] : []),
    precompress(),
  ],
  server: {
    host: '127.0.0.1',
    port: Number(process.env.WEB_PORT ?? 5173),
    strictPort: true,
    proxy: {
      '/api': api,
      '/docs': api,
      '/v1': { target: api, ws: true },
      '/ws': { target: api, ws: true },
    },
  },
  build: {
    manifest: true,
    target: 'es2023',
    // The libraries of the first page; `scripts/bundle-budget.ts` holds what all of it weighs.
    chunkSizeWarningLimit: 640,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // The first page in two requests instead of thirty: libraries, which stay cached, and our own code.
            { name: 'libraries', tags: ['$initial'], test: /[\\/]node_modules[\\/]/, priority: 1 },
            // The entry itself stays out, or the manifest would name none.
            { name: 'base', tags: ['$initial'], test: (id) => !/[\\/]src[\\/]app[\\/]main\.tsx$|\.html$/.test(id) },
          ],
        },
      },
    },
  },
})
