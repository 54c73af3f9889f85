const place = '<meta name="api-origin" content="" />'
const example = 'such as https://api.example.com'

/** The origin of the API that a build is told; empty where the page and the API share theirs. */
export function readApiOrigin({ VITE_API_ORIGIN: given = '', NETLIFY }: NodeJS.ProcessEnv): string {
  if (given === '') {
    if (NETLIFY) throw new Error(`Netlify serves no API: set VITE_API_ORIGIN to the origin of yours, ${example}`)
    return ''
  }
  const url = URL.parse(given)
  if (url?.protocol === 'https:' && url.origin === given) return given
  throw new Error(`VITE_API_ORIGIN must be an origin with https and without a path, ${example}`)
}

/** The page, told where the API is. */
export function withApiOrigin(page: string, origin: string): string {
  if (!page.includes(place)) throw new Error(`The page has no ${place}`)
  return page.replace(place, place.replace('""', `"${origin}"`))
}

/** What the API's `web-app.ts` says of the page, and `infra/netlify` holds to it; the one thing more is the API itself. */
const headersOf = (origin: string): Record<string, string> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' blob: data: ${origin}`,
    `media-src 'self' blob: ${origin}`,
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${origin} ${origin.replace('https:', 'wss:')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; '),
  'Permissions-Policy': 'camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-site',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
})

/**
 * Netlify's `_headers`. A name said by two rules for one path is sent with both values, so no two say the same; what has
 * no Cache-Control is asked for anew each time.
 */
export function headersFile(origin: string): string {
  const lines = Object.entries(headersOf(origin)).map(([name, value]) => `  ${name}: ${value}`)
  return ['/*', ...lines, '/assets/*', '  Cache-Control: public, max-age=31536000, immutable', ''].join('\n')
}
