import type { SortOrder } from '@parley/protocol/admin'
import { id as idOf } from '@parley/protocol/scalars'
import { and, asc, desc, eq, gt, lt, or, sql, type Column, type SQL } from 'drizzle-orm'
import { Type } from 'typebox'
import { createCursor, pageOf } from '../../platform/http/cursor.ts'
import { invalidField } from '../../platform/http/errors.ts'

const pageRows = 50

const position = createCursor(
  Type.Object({
    by: Type.String(),
    value: Type.Union([Type.String(), Type.Number()]),
    id: idOf('The last row of the page before.'),
  }),
)

/** What a list is sorted by. Never made of what came from outside: that only chooses one. */
export type SortKey = SQL<string> | SQL<number>

export const textKey = (column: Column): SQL<string> => sql<string>`${column}`

export const numberKey = (expression: SQL | Column): SQL<number> => sql<number>`${expression}`.mapWith(Number)

/** A time in milliseconds; what never was comes before everything. */
export const timeKey = (column: Column): SQL<number> =>
  numberKey(sql`CAST(COALESCE(UNIX_TIMESTAMP(${column}) * 1000, 0) AS SIGNED)`)

interface Asked {
  sort: string
  order: SortOrder
  cursor: string | undefined
}

/**
 * One page of a list in the order of `key`, and of ids where that is the same. The rows of one workspace are sorted for each
 * page: only administrators ask, and an index for every order would be paid for by everybody who writes.
 */
export function sortedPage({ sort, order, cursor }: Asked, key: SortKey, id: Column) {
  const by = `${sort} ${order}`
  const last = position.read(cursor)
  if (last && last.by !== by)
    throw invalidField('query.cursor', 'The cursor is of a list in another order. Start from the first page.')
  const past = order === 'asc' ? gt : lt
  const along = order === 'asc' ? asc : desc
  return {
    /** Select it with each row. */
    key,
    after: last ? or(past(key, last.value), and(eq(key, last.value), past(id, last.id))) : undefined,
    orderBy: [along(key), along(id)],
    limit: pageRows + 1,
    pageOf: <Row extends { id: string; key: string | number }>(rows: Row[]) =>
      pageOf(rows, pageRows, (row) => position.write({ by, value: row.key, id: row.id })),
  }
}
