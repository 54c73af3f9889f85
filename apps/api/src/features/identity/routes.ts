import * as contracts from '@parley/protocol/identity'
import { switchWorkspace } from '@parley/protocol/workspaces'
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../platform/http/actor.ts'
import { route } from '../../platform/http/route.ts'
import type { Cookies } from './cookies.ts'
import type { EmailLinks } from './email-links.ts'
import type { SecondFactor } from './second-factor.ts'
import type { Sessions } from './sessions.ts'
import type { SignIn } from './sign-in.ts'

interface IdentityRoutes {
  signIn: SignIn
  sessions: Sessions
  cookies: Cookies
  links: EmailLinks
  secondFactor: SecondFactor
  securityOf: (actor: Actor) => Promise<contracts.Security>
}

export function identityRoutes(app: FastifyInstance, dependencies: IdentityRoutes): void {
  const { signIn, sessions, cookies, links, secondFactor, securityOf } = dependencies
  route(app, contracts.register, ({ body, request, reply }) => signIn.register(body, request, reply))
  route(app, contracts.login, ({ body, request, reply }) => signIn.login(body, request, reply))
  route(app, contracts.refresh, ({ request, reply }) => sessions.refresh(request, reply))
  route(app, switchWorkspace, ({ body, request, reply }) => sessions.switchWorkspace(body.workspaceId, request, reply))
  route(app, contracts.logout, async ({ actor, reply }) => {
    await sessions.revoke(actor, actor.sessionId)
    cookies.clear(reply)
  })
  route(app, contracts.listSessions, async ({ actor }) => ({ items: await sessions.list(actor), nextCursor: null }))
  route(app, contracts.revokeSession, ({ actor, params }) => sessions.revoke(actor, params.id))
  route(app, contracts.revokeOtherSessions, ({ actor }) => sessions.revokeOthers(actor))
  route(app, contracts.changePassword, ({ actor, body, request }) => sessions.changePassword(actor, body, request.ip))
  route(app, contracts.getSecurity, ({ actor }) => securityOf(actor))

  route(app, contracts.requestEmailVerification, ({ actor }) => links.requestVerification(actor))
  route(app, contracts.verifyEmail, ({ body, request }) => links.verify(body.token, request.ip))
  route(app, contracts.forgotPassword, async ({ body, request }) => links.forgot(body.email, request.ip))
  route(app, contracts.resetPassword, ({ body, request }) => links.reset(body.token, body.newPassword, request.ip))
  route(app, contracts.createResetLink, ({ actor, params }) => links.makeResetLink(actor, params.id))

  route(app, contracts.beginTotp, ({ actor, body, request }) => secondFactor.begin(actor, body.password, request.ip))
  route(app, contracts.enableTotp, ({ actor, body, request }) => secondFactor.enable(actor, body.code, request.ip))
  route(app, contracts.disableTotp, ({ actor, body, request }) => secondFactor.disable(actor, body, request.ip))
  route(app, contracts.renewRecoveryCodes, ({ actor, body, request }) =>
    secondFactor.renewRecoveryCodes(actor, body, request.ip),
  )
}
