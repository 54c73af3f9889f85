import type { ErrorDetails } from '@parley/protocol/errors'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
import Value from 'typebox/value'
import { AppError } from './errors.ts'

Format.Set('date-time', (value) => !Number.isNaN(Date.parse(value)))

/** Error lists stop here: a hostile body must not buy a long answer. */
const fieldsMax = 10

const fieldErrors = (errors: { instancePath: string; message: string }[], part: string): ErrorDetails => ({
  fields: errors.slice(0, fieldsMax).map(({ instancePath, message }) => ({
    field: `${part}${instancePath.replaceAll('/', '.')}`,
    message: message === 'schema is false' ? 'is not a known field' : message,
  })),
})

/**
 * Makes a check of `schema` that returns the value typed, or throws VALIDATION_FAILED naming the fields.
 *
 * `convert` turns the strings of a query into numbers and booleans first, and fills in defaults; bodies are taken as they are.
 */
export function createValidator<S extends TSchema>(
  schema: S,
  { part, convert = false }: { part: string; convert?: boolean },
): (value: unknown) => Static<S> {
  const compiled = Compile(schema)
  return (value) => {
    const candidate: unknown = convert ? Value.Default(schema, Value.Convert(schema, value)) : value
    if (compiled.Check(candidate)) return candidate
    const details = fieldErrors(compiled.Errors(candidate), part)
    const first = details.fields?.[0]
    throw new AppError('VALIDATION_FAILED', `${first?.field ?? part} ${first?.message ?? 'is not valid'}.`, { details })
  }
}
