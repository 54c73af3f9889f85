import type { Plugin } from 'vite'
import { headersFile, withApiOrigin } from './page-elsewhere.ts'

/** Builds the web app for another host than the API's. */
export const apiOrigin = (origin: string): Plugin => ({
  name: 'api-origin',
  apply: 'build',
  transformIndexHtml: (page) => withApiOrigin(page, origin),
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile(origin) })
  },
})
