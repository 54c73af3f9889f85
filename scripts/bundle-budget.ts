import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What the first visit may download before it can show a page: everyone pays this on every device. */
const firstLoadBytesMax = 250 * 1024
const dist = resolve(import.meta.dirname, '../apps/web/dist')

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[]; src?: string }

/** The entry with everything it imports at once: what the browser fetches before any code of the page has run. */
function firstLoad(manifest: Record<string, Chunk>): Set<string> {
  const files = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    if (!chunk || files.has(chunk.file)) return
    files.add(chunk.file)
    chunk.imports?.forEach(visit)
  }
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key)
  return files
}

const manifest: Record<string, Chunk> = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8'))
const sizes: [string, number][] = []
for (const file of firstLoad(manifest)) {
  if (file.endsWith('.js')) sizes.push([file, gzipSync(await readFile(join(dist, file))).length])
}
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`

for (const [file, bytes] of sizes.toSorted(([, a], [, b]) => b - a)) {
  console.log(`${kilobytes(bytes).padStart(10)}  ${file}`)
}
console.log(`${kilobytes(total).padStart(10)}  of ${kilobytes(firstLoadBytesMax)} gzipped on first load`)
if (sizes.length === 0 || total > firstLoadBytesMax) process.exitCode = 1
