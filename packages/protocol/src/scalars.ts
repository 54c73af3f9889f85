import { Type, type TSchema } from 'typebox'

/** The largest id, seq or change a client may name: what a signed 64-bit column and a JavaScript number both hold. */
const counterMax = Number.MAX_SAFE_INTEGER

/** A 64-bit id, written as a string in JSON because JavaScript numbers lose precision past 2^53. */
export const id = (description: string) => Type.String({ pattern: '^[1-9][0-9]{0,17}$', description, examples: ['42'] })

/** A message's number in its room: dense from 1, in the order of commits. */
export const seq = (description = 'Number of the message in its room, dense from 1.') =>
  Type.Integer({ minimum: 1, maximum: counterMax, description })

/** A room's change counter: every commit that touches a message row moves it. */
export const change = (description = "The room's change number at which this row was last written.") =>
  Type.Integer({ minimum: 0, maximum: counterMax, description })

/** An e-mail address with one `@` and a dot after it; whether anybody reads it, only a mail to it tells. */
export const email = (description: string) =>
  Type.String({
    maxLength: 254,
    pattern: '^[^\\s@]{1,64}@[^\\s@.]+(\\.[^\\s@.]+)+$',
    description,
    examples: ['lin@example.com'],
  })

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const timestamp = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-05-04T09:30:00.000Z'] })

/** A value, or `null` where there is none. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** An opaque position in a list: hand back what `nextCursor` said, unchanged. */
export const cursor = Type.Optional(
  Type.String({ maxLength: 600, description: 'Where to go on: the `nextCursor` of the page before.' }),
)

/** A page of a list; `nextCursor` is null on the last one. */
export const page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item, { description: 'The rows of this page.' }),
    nextCursor: nullable(Type.String({ description: 'Hand this back as `cursor` for the next page.' })),
  })

/** Objects from clients are closed: an unknown field is an error, so a forged sender or seq is refused and not ignored. */
export const closed = { additionalProperties: false } as const
