import { createHash } from 'node:crypto'
import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/** The page starts itself by a script within it: it may run because it is this very one. Fonts from elsewhere stay away. */
const policyFor = (html: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${[...html.matchAll(inlineScript)].map(([, script = '']) => hashOf(script)).join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

/** Serves the API reference at /docs, under a policy of its own. */
export async function serveApiReference(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_, reply, payload) => {
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
      if (isPage && typeof payload === 'string') void reply.header('content-security-policy', policyFor(payload))
      return payload
    })
    await scope.register(scalar, {
      routePrefix: '/docs',
      configuration: { withDefaultFonts: false, telemetry: false },
    })
  })
}
