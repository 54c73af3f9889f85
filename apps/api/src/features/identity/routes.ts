import {
  changePassword,
  listSessions,
  login,
  logout,
  refresh,
  register,
  revokeSession,
} from '@parley/protocol/identity'
import { switchWorkspace } from '@parley/protocol/workspaces'
import type { FastifyInstance } from 'fastify'
import { route } from '../../platform/http/route.ts'
import type { Cookies } from './cookies.ts'
import type { Sessions } from './sessions.ts'
import type { SignIn } from './sign-in.ts'

interface IdentityRoutes {
  signIn: SignIn
  sessions: Sessions
  cookies: Cookies
}

export function identityRoutes(app: FastifyInstance, { signIn, sessions, cookies }: IdentityRoutes): void {
  route(app, register, ({ body, request, reply }) => signIn.register(body, request, reply))
  route(app, login, ({ body, request, reply }) => signIn.login(body, request, reply))
  route(app, refresh, ({ request, reply }) => sessions.refresh(request, reply))
  route(app, switchWorkspace, ({ body, request, reply }) => sessions.switchWorkspace(body.workspaceId, request, reply))
  route(app, logout, async ({ actor, reply }) => {
    await sessions.revoke(actor, actor.sessionId)
    cookies.clear(reply)
  })
  route(app, listSessions, async ({ actor }) => ({ items: await sessions.list(actor), nextCursor: null }))
  route(app, revokeSession, ({ actor, params }) => sessions.revoke(actor, params.id))
  route(app, changePassword, ({ actor, body, request }) => sessions.changePassword(actor, body, request.ip))
}
