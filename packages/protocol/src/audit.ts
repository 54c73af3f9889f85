import { Type, type Static } from 'typebox'
import { SortOrder } from './admin.ts'
import { contract } from './contract.ts'
import { PublicUser } from './people.ts'
import { closed, cursor, id, nullable, page, timestamp } from './scalars.ts'

const values = (description: string) =>
  nullable(Type.Record(Type.String(), Type.Unknown(), { description: `${description} Secrets are masked.` }))

/** One line of the audit log. */
export const AuditEntry = Type.Object({
  id: id('Id of the line; later ones are higher.'),
  actorId: nullable(id('Who did it; null for the system itself.')),
  actor: nullable(PublicUser),
  action: Type.String({ description: '`subject.verb`, such as `role.changed`.' }),
  targetKind: Type.String({ description: 'What kind of thing it was done to, such as `user`.' }),
  targetId: Type.String({ description: 'Which one.' }),
  targetName: nullable(Type.String({ description: 'What a person or a group is called now; null for the rest.' })),
  address: Type.String({ description: 'Network address it was done from; empty for the system.' }),
  requestId: Type.String({ description: 'Names the request in the logs of the server.' }),
  before: values('What was so before.'),
  after: values('What is so since.'),
  createdAt: timestamp('When.'),
})
export type AuditEntry = Static<typeof AuditEntry>

/** What narrows the log down. */
const filters = {
  actorId: Type.Optional(id('Only what this person did.')),
  action: Type.Optional(
    Type.String({ pattern: '^[a-z][A-Za-z.-]{0,47}$', description: 'Only this action, or all that begin so: `user`.' }),
  ),
  targetKind: Type.Optional(
    Type.String({ pattern: '^[a-z][a-z-]{0,23}$', description: 'Only what was done to things of this kind.' }),
  ),
  targetId: Type.Optional(
    Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$', description: 'Only what was done to the thing of this id.' }),
  ),
  from: Type.Optional(timestamp('Only from then on.')),
  to: Type.Optional(timestamp('Only before then.')),
  query: Type.Optional(
    Type.String({ maxLength: 80, description: 'Part of the action, the target, the address or the values.' }),
  ),
}

const tag = 'audit'

export const listAudit = contract({
  method: 'GET',
  path: '/api/admin/audit',
  summary: 'What was done in the workspace, by whom and from where; the latest first',
  tag,
  auth: 'session',
  permission: 'audit:read',
  query: Type.Object(
    {
      ...filters,
      sort: Type.Optional(Type.Literal('createdAt', { description: 'By time, which is all there is.' })),
      order: Type.Optional(SortOrder),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(AuditEntry),
})

export const exportAudit = contract({
  method: 'GET',
  path: '/api/admin/audit/export',
  summary: 'The audit log as a file, the earliest line first; that it was taken is written into the log',
  tag,
  auth: 'session',
  permission: 'audit:read',
  query: Type.Object(
    {
      format: Type.Union([Type.Literal('csv'), Type.Literal('ndjson')], {
        description: '`csv` for spreadsheets; `ndjson`: one JSON object a line.',
      }),
      ...filters,
    },
    closed,
  ),
  status: 200,
  produces: 'text/csv',
})
