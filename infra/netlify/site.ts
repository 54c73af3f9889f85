import { readdir, readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { extname, join, relative, resolve, sep } from 'node:path'
import { parse, type TomlTable } from 'smol-toml'
import { headersFile, withApiOrigin } from '../../apps/web/page-elsewhere.ts'

const root = resolve(import.meta.dirname, '../..')

type Redirect = {
  from: string
  to: string
  status: number
}

const isRedirect = (value: unknown): value is Redirect =>
  typeof value === 'object' &&
  value !== null &&
  'from' in value &&
  typeof value.from === 'string' &&
  'to' in value &&
  typeof value.to === 'string' &&
  'status' in value &&
  typeof value.status === 'number'

/** `netlify.toml`, and its redirects in their order. */
export async function readNetlify(): Promise<{ settings: TomlTable; redirects: Redirect[] }> {
  const settings = parse(await readFile(join(root, 'netlify.toml'), 'utf8'))
  const { redirects } = settings
  if (!Array.isArray(redirects) || !redirects.every(isRedirect)) throw new Error('netlify.toml has bad redirects')
  return { settings, redirects }
}

interface HeaderRule {
  path: string
  headers: [name: string, value: string][]
}

/** The rules of a `_headers` file. */
export function parseHeaders(text: string): HeaderRule[] {
  const rules: HeaderRule[] = []
  for (const line of text.split('\n').filter(Boolean)) {
    const [, name, value] = /^\s+([^:]+): (.+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) rules.push({ path: line, headers: [] })
    else rules.at(-1)?.headers.push([name.toLowerCase(), value])
  }
  return rules
}

/** Whether a path of Netlify's rules, which may end in `*`, is of an address. */
const matches = (pattern: string, path: string) =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern

/** Names are compared without case; what several rules say of one is all sent. */
export function headersFor(rules: HeaderRule[], path: string): Record<string, string> {
  const headers = new Map([['cache-control', 'public, max-age=0, must-revalidate']])
  const said = new Map<string, string[]>()
  for (const rule of rules.filter((each) => matches(each.path, path))) {
    for (const [name, value] of rule.headers) said.set(name, [...(said.get(name) ?? []), value])
  }
  for (const [name, values] of said) headers.set(name, values.join(', '))
  return Object.fromEntries(headers)
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

/**
 * Answers as Netlify would, by `netlify.toml` and the headers of the build: a file, or what the first redirect of its path says.
 * The build that is there, for no other host, becomes one whose API is at `apiOrigin`.
 */
export async function createSite(dir: string, apiOrigin: string): Promise<RequestListener> {
  const { redirects } = await readNetlify()
  const rules = parseHeaders(headersFile(apiOrigin))
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => `/${relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/')}`),
  )
  const page = withApiOrigin(await readFile(join(dir, 'index.html'), 'utf8'), apiOrigin)

  return (request, response) => {
    const path = URL.parse(request.url ?? '/', 'http://host')?.pathname ?? '/'
    const found = path === '/' ? '/index.html' : path
    const redirect = files.has(found) ? undefined : redirects.find(({ from }) => matches(from, path))
    const file = redirect?.to ?? found
    const type = types[extname(file)] ?? 'application/octet-stream'
    response.writeHead(redirect?.status ?? 200, { ...headersFor(rules, path), 'content-type': type })
    if (file === '/index.html') response.end(page)
    else
      readFile(join(dir, file)).then(
        (content) => response.end(content),
        (error: Error) => response.destroy(error),
      )
  }
}
