import type { IncomingMessage } from 'node:http'

/**
 * Tells whether a page of the web app makes a request, or a program, which names no origin: the web app is on this host, at its
 * public address, or listed.
 */
export function createPageOriginCheck({ publicUrl, listed }: { publicUrl: string; listed: string[] }) {
  const known = new Set([new URL(publicUrl).origin, ...listed])
  return ({ headers: { origin, host } }: IncomingMessage): boolean =>
    origin === undefined || known.has(origin) || URL.parse(origin)?.host === host
}
