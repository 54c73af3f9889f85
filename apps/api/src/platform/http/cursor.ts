import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { invalidField } from './errors.ts'

/** Turns a position in an ordered list into the opaque `nextCursor` of the contracts, and back. */
export interface Cursor<Position> {
  write(position: Position): string
  /** Answers null for the start of the list; throws VALIDATION_FAILED for what `write` never wrote. */
  read(cursor: string | undefined): Position | null
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Makes the cursor of one list; `schema` is the sort values of its last row. */
export function createCursor<S extends TSchema>(schema: S): Cursor<Static<S>> {
  const compiled = Compile(schema)
  return {
    write: (position) => Buffer.from(JSON.stringify(position)).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return null
      const position = parse(Buffer.from(cursor, 'base64url').toString())
      if (compiled.Check(position)) return position
      throw invalidField('query.cursor', 'The cursor is not valid. Start from the first page.')
    },
  }
}

/** Makes a page of rows that were read with a limit of one more than `size`, which tells whether there is a next one. */
export function pageOf<Row>(rows: Row[], size: number, cursorOf: (last: Row) => string) {
  const items = rows.slice(0, size)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > size && last !== undefined ? cursorOf(last) : null }
}
