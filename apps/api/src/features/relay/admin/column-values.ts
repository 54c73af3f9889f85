import { sql, type SQL } from 'drizzle-orm'

/** A value of a JSON column. Drizzle writes null as the absence of a value, where it is one in JSON. */
export const jsonValue = <T>(value: T | null): T | SQL => (value === null ? sql`'null'` : value)

/** Of what is told of a thing, the fields that a change names: what the audit log says was so before. */
export const valuesBefore = (thing: object, change: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(thing).filter(([field]) => Object.hasOwn(change, field)))
