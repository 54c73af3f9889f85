import type { FastifyReply, FastifyRequest } from 'fastify'
import { permissionDenied } from '../../platform/http/errors.ts'

export const refreshCookie = 'parley_refresh'
export const filesCookie = 'parley_files'

const common = { httpOnly: true, sameSite: 'strict' } as const
const refreshPath = '/api/refresh'
const filesPath = '/api/files'

interface SessionCookies {
  refreshToken: string
  refreshExpiresAt: Date
  filesToken: string
  filesExpiresAt: Date
}

/** Sets and clears the cookies of a session; `secure` where there is TLS. */
export function createCookies({ secure, origins }: { secure: boolean; origins: string[] }) {
  return {
    set(reply: FastifyReply, cookies: SessionCookies): void {
      void reply
        .setCookie(refreshCookie, cookies.refreshToken, {
          ...common,
          secure,
          path: refreshPath,
          expires: cookies.refreshExpiresAt,
        })
        .setCookie(filesCookie, cookies.filesToken, {
          ...common,
          secure,
          path: filesPath,
          expires: cookies.filesExpiresAt,
        })
    },
    clear(reply: FastifyReply): void {
      void reply
        .clearCookie(refreshCookie, { ...common, secure, path: refreshPath })
        .clearCookie(filesCookie, { ...common, secure, path: filesPath })
    },
    /** Refuses a request another site made the browser send: SameSite lets a neighbour on the same domain through. */
    requireOwnSite(request: FastifyRequest): void {
      const { origin, 'sec-fetch-site': site } = request.headers
      if (origin !== undefined && origins.includes(origin)) return
      const isOwn =
        site === undefined
          ? origin === undefined || URL.parse(origin)?.host === request.host
          : site === 'same-origin' || site === 'none'
      if (!isOwn) throw permissionDenied('This request came from another site.', 'cross-site')
    },
  }
}

export type Cookies = ReturnType<typeof createCookies>
