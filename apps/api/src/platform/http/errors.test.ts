import { expect, test } from 'vitest'
import { toAppError } from './errors.ts'

test.each(['ER_RECORD_FILE_FULL', 'ER_DISK_FULL', 'ER_OPTION_PREVENTS_STATEMENT'])(
  'a database that has no room is told apart from a fault of the server: %s',
  (code) => {
    const error = toAppError(Object.assign(new Error('The table is full'), { code }))
    expect(error).toMatchObject({ code: 'OVERLOADED', status: 503, details: { reason: 'disk-full' } })
  },
)
