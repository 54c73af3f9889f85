import { Type, type Static } from 'typebox'
import { PersonStatus, SortOrder } from './admin.ts'
import { contract } from './contract.ts'
import { MessageBody } from './messages.ts'
import { PublicUser } from './people.ts'
import { RoomType } from './rooms.ts'
import { closed, cursor, id, nullable, page, seq, timestamp } from './scalars.ts'

const reason = Type.String({
  minLength: 1,
  maxLength: 1_000,
  pattern: '\\S',
  description: 'What is wrong, in the words of who reports it.',
})

/** What is reported: a message one can see, or a person. */
export const ReportContent = Type.Union([
  Type.Object({ roomId: id('The room of the message.'), seq: seq(), reason }, closed),
  Type.Object({ userId: id('The person.'), reason }, closed),
])
export type ReportContent = Static<typeof ReportContent>

export const ReportStatus = Type.Union([Type.Literal('open'), Type.Literal('resolved'), Type.Literal('dismissed')], {
  description: '`open`; `resolved`: something was done; `dismissed`: nothing had to be.',
})
export type ReportStatus = Static<typeof ReportStatus>

export const ReportAction = Type.Union(
  [Type.Literal('none'), Type.Literal('warn'), Type.Literal('mute'), Type.Literal('remove'), Type.Literal('disable')],
  {
    description:
      '`none`: dismisses the report. `warn`: tells the person. `mute`: lets them only read for a while. ' +
      '`remove`: recalls the message. `disable`: shuts them out.',
  },
)
export type ReportAction = Static<typeof ReportAction>

/** A report as moderators see it in the list. */
export const Report = Type.Object({
  id: id('Id of the report.'),
  status: ReportStatus,
  reporter: PublicUser,
  subject: PublicUser,
  subjectStatus: PersonStatus,
  roomId: nullable(id('The room of the reported message; null where a person is reported.')),
  seq: nullable(seq('The reported message; null where a person is reported.')),
  reason,
  action: nullable(ReportAction),
  resolvedBy: nullable(PublicUser),
  createdAt: timestamp('When it was made.'),
  resolvedAt: nullable(timestamp('When it was resolved; null while it is open.')),
})
export type Report = Static<typeof Report>

/** The one message a report lets a moderator see, as it was when it was reported. */
export const ReportedMessage = Type.Object({
  roomType: RoomType,
  roomName: Type.String({ description: 'Name of the room; empty for private conversations.' }),
  body: MessageBody,
  createdAt: timestamp('When it was sent.'),
  editedAt: nullable(timestamp('When it was last edited; null for never.')),
})
export type ReportedMessage = Static<typeof ReportedMessage>

/** Until when a moderator lets one only read: endpoint and event `mute.changed`. */
export const OwnMute = Type.Object({
  mutedUntil: nullable(timestamp('Until then one reads but does not write; null if one may write.')),
})
export type OwnMute = Static<typeof OwnMute>

/** What a moderator said to a person who has not read it yet. */
export const Warning = Type.Object({
  id: id('Id of the report it answers.'),
  note: nullable(Type.String({ description: 'The words of the moderator; null for none.' })),
  at: timestamp('When it was given.'),
})
export type Warning = Static<typeof Warning>

const tag = 'moderation'
const report = Type.Object({ id: id('The report.') }, closed)

export const reportContent = contract({
  method: 'POST',
  path: '/api/report',
  summary: 'Report a message or a person to the moderators; a repeat while the first is open changes nothing',
  tag,
  auth: 'session',
  permission: 'messages:read',
  body: ReportContent,
  status: 201,
  response: Type.Object({ id: id('Id of the report; of the open one for a repeat.') }),
})

export const getOwnMute = contract({
  method: 'GET',
  path: '/api/mute',
  summary: 'Until when one may only read',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: OwnMute,
})

export const listWarnings = contract({
  method: 'GET',
  path: '/api/warnings',
  summary: 'Warnings one has not read yet, the earliest first',
  tag,
  auth: 'session',
  permission: 'self',
  status: 200,
  response: page(Warning),
})

export const readWarning = contract({
  method: 'POST',
  path: '/api/warnings/:id/read',
  summary: 'Say that one has read a warning',
  tag,
  auth: 'session',
  permission: 'self',
  params: Type.Object({ id: id('The warning.') }, closed),
  status: 204,
})

export const listReports = contract({
  method: 'GET',
  path: '/api/admin/reports',
  summary: 'Reports of the workspace, the latest first',
  tag,
  auth: 'session',
  permission: 'reports:admin',
  query: Type.Object(
    {
      status: Type.Optional(ReportStatus),
      subjectId: Type.Optional(id('Only those about this person.')),
      query: Type.Optional(Type.String({ maxLength: 80, description: 'Part of the reason.' })),
      sort: Type.Optional(Type.Literal('createdAt', { description: 'By time, which is all there is.' })),
      order: Type.Optional(SortOrder),
      cursor,
    },
    closed,
  ),
  status: 200,
  response: page(Report),
})

export const getReport = contract({
  method: 'GET',
  path: '/api/admin/reports/:id',
  summary:
    'One report with the message it is about while it is open, and no other; that it was read is in the audit log',
  tag,
  auth: 'session',
  permission: 'reports:admin',
  params: report,
  status: 200,
  response: Type.Object({ report: Report, message: nullable(ReportedMessage) }),
})

export const resolveReport = contract({
  method: 'POST',
  path: '/api/admin/reports/:id/resolve',
  summary: 'Resolve a report: do nothing, warn, mute, remove the message, or shut the person out',
  tag,
  auth: 'session',
  permission: 'reports:admin',
  params: report,
  body: Type.Object(
    {
      action: ReportAction,
      note: Type.Optional(
        Type.String({ maxLength: 500, description: 'For the audit log; a warned person reads it too.' }),
      ),
      muteMinutes: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 525_600, description: 'For how long, of `mute`, which needs it.' }),
      ),
    },
    closed,
  ),
  status: 200,
  response: Type.Object({ report: Report }),
})
