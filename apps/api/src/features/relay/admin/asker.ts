import { hash, timingSafeEqual } from 'node:crypto'
import type { WireError } from '@parley/protocol/errors'
import { RelayErrorEnvelope } from '@parley/protocol/relay-fields'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../../../platform/http/actor.ts'
import type { RouteOptions } from '../../../platform/http/route.ts'
import type { RelayAdminDependencies } from './dependencies.ts'

/** Whoever holds the admin key. It is nobody: no person has this id, and the audit log says `null`. */
const program: Actor = { userId: '0', sessionId: '0', workspaceId: '1' }

const isProgram = (actor: Actor): boolean => actor === program

/** Who did something, for the audit log and for what belongs to its maker. */
export const personOf = (actor: Actor): string | null => (isProgram(actor) ? null : actor.userId)

/** Whose tokens the actor may see: null for all, which is an administrator's; else their own. */
export type OwnerScope = string | null

export type ScopeOf = (actor: Actor) => Promise<OwnerScope>

/** Tells administrators, who see everything, from members, who see what is their own. */
export const createScope =
  ({ allows }: Pick<RelayAdminDependencies, 'allows'>): ScopeOf =>
  async (actor) =>
    isProgram(actor) || (await allows(actor, 'relay:admin')) ? null : actor.userId

const digest = (text: string): Buffer => hash('sha256', text, 'buffer')

/** Whether a request carries the admin key; it takes as long for any key. */
function createKeyCheck(adminKey: string | undefined): (request: FastifyRequest) => boolean {
  if (adminKey === undefined) return () => false
  const expected = digest(adminKey)
  return ({ headers: { authorization = '' } }) =>
    timingSafeEqual(digest(authorization.replace(/^Bearer +/i, '').trim()), expected)
}

/** How the admin surface is registered: who comes in, and in which envelope refusals are. */
export function adminRouteOptions(app: FastifyInstance, adminKey: string | undefined): RouteOptions {
  const carriesKey = createKeyCheck(adminKey)
  return {
    authenticate: (request) => (carriesKey(request) ? Promise.resolve(program) : app.authenticate(request)),
    authorize: (actor, requirement) => (isProgram(actor) ? Promise.resolve() : app.authorize(actor, requirement)),
    withOrWithoutSlash: true,
    refusals: {
      schema: RelayErrorEnvelope,
      body: (error: WireError): RelayErrorEnvelope => ({ success: false, message: error.message, error }),
    },
  }
}
