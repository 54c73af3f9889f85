import { readdir } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/**
 * Everything comes from this origin, previews are blobs. Styles are the one concession: Chakra makes rules as components
 * appear, in a page that is the same file for everybody and so can carry no nonce.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

/** What the app uses of the device: calls and voice. */
const permissionsPolicy = 'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()'

const pageHeaders = {
  'cache-control': 'no-cache',
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy': permissionsPolicy,
}

const page = 'index.html'

/** Paths of the server's own, which are never a page of the web app. */
const reserved = /^\/(api|ws|v1|docs|metrics|healthz|readyz)(\/|$)/

/** Vite writes a hash into the names of what it builds: such a file never changes. */
const hashed = /^\/assets\//

async function filesOf(directory: string): Promise<Set<string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return new Set(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes(`${sep}.`, directory.length))
      .map((entry) => `/${relative(directory, resolve(entry.parentPath, entry.name)).replaceAll(sep, '/')}`),
  )
}

/** Serves the built web app: its files, and its page for every address a person may open or reload. */
export async function serveWebApp(app: FastifyInstance, directory: string): Promise<void> {
  const root = resolve(directory)
  const files = await filesOf(root)
  await app.register(fastifyStatic, { root, serve: false, preCompressed: true, cacheControl: false })

  const sendPage = (reply: FastifyReply) => reply.headers(pageHeaders).sendFile(page)

  app.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = URL.parse(request.url, 'http://host')?.pathname ?? '/'
    if (path !== `/${page}` && files.has(path)) {
      void reply.header('cache-control', hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
      return reply.sendFile(path.slice(1))
    }
    const isNavigation = request.headers.accept?.includes('text/html') ?? false
    if (!isNavigation || reserved.test(path)) return reply.callNotFound()
    return sendPage(reply)
  })
}
