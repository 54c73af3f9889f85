import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import autoImport from 'unplugin-auto-import/vite'
import { defineConfig } from 'vite'

const api = process.env.PARLEY_API_ORIGIN ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    // The declarations are committed, so that the type check needs no build before it.
    autoImport({ imports: ['react', 'react-i18next'], dts: 'src/auto-imports.d.ts' }),
  ],
  server: {
    host: '127.0.0.1',
    port: Number(process.env.WEB_PORT ?? 5173),
    strictPort: true,
    proxy: {
      '/api': api,
      '/docs': api,
      '/ws': { target: api, ws: true },
    },
  },
  build: {
    manifest: true,
    target: 'es2023',
  },
})
