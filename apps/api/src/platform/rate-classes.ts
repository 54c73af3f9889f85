import type { CommandName } from '@parley/protocol/realtime'

/** What is counted apart from the rest, because one of it costs more, or less, or is worth guessing with. */
export const rateClasses = [
  'auth',
  'read',
  'write',
  'search',
  'file',
  'upload',
  'report',
  'connect',
  'command',
] as const
export type RateClass = (typeof rateClasses)[number]

/** Endpoints by what they cost, where it is not `read` for a GET and `write` for the rest. */
const classOfEndpoint: Record<string, RateClass> = {
  'POST /api/register': 'auth',
  'POST /api/login': 'auth',
  'POST /api/password': 'auth',
  'POST /api/password/forgot': 'auth',
  'POST /api/password/reset': 'auth',
  'POST /api/email/verification': 'auth',
  'POST /api/email/verify': 'auth',
  'POST /api/totp': 'auth',
  'POST /api/totp/enable': 'auth',
  'DELETE /api/totp': 'auth',
  'POST /api/totp/recovery-codes': 'auth',
  'GET /api/search': 'search',
  'GET /api/user': 'search',
  'GET /api/rooms/directory': 'search',
  'GET /api/admin/people': 'search',
  'GET /api/admin/sessions': 'search',
  'GET /api/admin/rooms': 'search',
  'GET /api/admin/audit': 'search',
  'GET /api/admin/audit/export': 'search',
  'GET /api/logs': 'search',
  'GET /api/log/:group': 'search',
  'GET /api/logs/export': 'search',
  'GET /api/dashboard': 'search',
  'GET /api/dashboard/:group': 'search',
  'GET /api/channel/:id/test': 'search',
  'GET /api/files/:id': 'file',
  'GET /api/userImage': 'file',
  'POST /api/upload': 'upload',
  'POST /api/report': 'report',
}

/** Commands by what they cost, where it is not `command`. */
const classOfCommand: { [N in CommandName]?: RateClass } = {
  'room.create': 'write',
  'room.join': 'write',
}

/** The endpoints that are named here, for the test that each of them exists. */
export const namedEndpoints = Object.keys(classOfEndpoint)

export const rateClassOf = ({ method, path }: { method: string; path: string }): RateClass =>
  classOfEndpoint[`${method} ${path}`] ?? (method === 'GET' ? 'read' : 'write')

const isNamed = (name: string): name is keyof typeof classOfCommand => Object.hasOwn(classOfCommand, name)

export const rateClassOfCommand = (name: string): RateClass =>
  (isNamed(name) ? classOfCommand[name] : undefined) ?? 'command'
