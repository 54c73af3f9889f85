import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const compressible = /\.(js|css|html|svg|json|webmanifest)$/
/** Below this the headers weigh more than what is saved. */
const bytesMin = 1_024

/** Lays `.br` and `.gz` beside every text file of the build: compressed once and well, never while somebody waits. */
export const precompress = (): Plugin => ({
  name: 'precompress',
  apply: 'build',
  async writeBundle({ dir }, bundle) {
    if (!dir) return
    const files = Object.keys(bundle).filter((name) => compressible.test(name) && !name.startsWith('.'))
    await Promise.all(
      files.map(async (name) => {
        const path = join(dir, name)
        const content = await readFile(path)
        if (content.length < bytesMin) return
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content))
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
      }),
    )
  },
})
