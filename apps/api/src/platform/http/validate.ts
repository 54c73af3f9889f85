import type { ErrorDetails } from '@parley/protocol/errors'
import { IsObject, type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import Format from 'typebox/format'
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

const typed = (text: string): unknown[] => {
  const number = Number(text)
  return [
    text,
    ...(String(number) === text ? [number] : []),
    ...(text === 'true' ? [true] : text === 'false' ? [false] : []),
  ]
}

/** Defaults of a query, which is flat. */
const defaultsOf = (properties: Record<string, TSchema>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) => ('default' in field ? [[name, field.default]] : [])),
  )

/**
 * Turns the strings of a query into what the schema of each field accepts, and fills in defaults. TypeBox's own conversion
 * is not used: it cuts `1.5` down to an integer, where a client deserves to hear that it is none. Its own defaults are looked
 * for anew in every request.
 */
function createConverter(schema: TSchema): (value: unknown) => unknown {
  if (!IsObject(schema)) return (value) => value
  const fields = new Map(Object.entries(schema.properties).map(([name, field]) => [name, Compile(field)]))
  const defaults = defaultsOf(schema.properties)
  const convert = (name: string, value: unknown): unknown =>
    typeof value === 'string' ? (typed(value).find((candidate) => fields.get(name)?.Check(candidate)) ?? value) : value
  return (value) =>
    typeof value === 'object' && value !== null
      ? {
          ...defaults,
          ...Object.fromEntries(Object.entries(value).map(([name, given]) => [name, convert(name, given)])),
        }
      : value
}

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
  const converted = convert ? createConverter(schema) : undefined
  const validate = (value: unknown): Static<S> => {
    const candidate = converted ? converted(value) : value
    if (compiled.Check(candidate)) return candidate
    const details = fieldErrors(compiled.Errors(candidate), part)
    const first = details.fields?.[0]
    throw new AppError('VALIDATION_FAILED', `${first?.field ?? part} ${first?.message ?? 'is not valid'}.`, { details })
  }
  return (value) => {
    try {
      return validate(value)
    } catch (error) {
      // Comparing items with one another goes as deep as they do; a socket may carry what overflows the stack.
      if (error instanceof RangeError) throw new AppError('VALIDATION_FAILED', `${part} is nested too deeply.`)
      throw error
    }
  }
}
