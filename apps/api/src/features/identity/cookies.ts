import type { FastifyReply, FastifyRequest } from 'fastify'
import { permissionDenied } from '../../platform/http/errors.ts'

export const refreshCookie = 'parley_refresh'
export const filesCookie = 'parley_files'

const refreshPath = '/api/refresh'
const filesPath = '/api/files'

interface SessionCookies {
  refreshToken: string
  refreshExpiresAt: Date
  filesToken: string
  filesExpiresAt: Date
}

/**
 * Sets and clears the cookies of a session; `secure` where there is TLS. A listed page of another site, as the browser itself
 * judges it, gets them for that site alone: nobody else who shows something of the API's gets it with these cookies.
 */
export function createCookies({ secure, origins }: { secure: boolean; origins: string[] }) {
  const isListed = (origin: string | undefined) => origin !== undefined && origins.includes(origin)

  const attributesFor = ({ request: { headers } }: FastifyReply) =>
    headers['sec-fetch-site'] === 'cross-site' && isListed(headers.origin)
      ? ({ httpOnly: true, sameSite: 'none', secure: true, partitioned: true } as const)
      : ({ httpOnly: true, sameSite: 'strict', secure } as const)

  return {
    set(reply: FastifyReply, cookies: SessionCookies): void {
      const attributes = attributesFor(reply)
      void reply
        .setCookie(refreshCookie, cookies.refreshToken, {
          ...attributes,
          path: refreshPath,
          expires: cookies.refreshExpiresAt,
        })
        .setCookie(filesCookie, cookies.filesToken, {
          ...attributes,
          path: filesPath,
          expires: cookies.filesExpiresAt,
        })
    },
    clear(reply: FastifyReply): void {
      const attributes = attributesFor(reply)
      void reply
        .clearCookie(refreshCookie, { ...attributes, path: refreshPath })
        .clearCookie(filesCookie, { ...attributes, path: filesPath })
    },
    /** Refuses a request another site made the browser send: SameSite lets a neighbour on the same domain through. */
    requireOwnSite(request: FastifyRequest): void {
      const { origin, 'sec-fetch-site': site } = request.headers
      if (isListed(origin)) return
      const isOwn =
        site === undefined
          ? origin === undefined || URL.parse(origin)?.host === request.host
          : site === 'same-origin' || site === 'none'
      if (!isOwn) throw permissionDenied('This request came from another site.', 'cross-site')
    },
  }
}

export type Cookies = ReturnType<typeof createCookies>
