import fc from 'fast-check'
import type { Schema } from './endpoints.ts'

/** Values that have broken somebody's server. */
const hostile: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '9'.repeat(18),
  '9'.repeat(40),
  "' OR '1'='1",
  '"; --',
  '%_\\%',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u200d\ufeff',
  '👩‍👩‍👧‍👦'.repeat(20),
  '數據庫 \u0301'.repeat(50),
  'x'.repeat(20_000),
  '${7*7}{{7*7}}<script>',
  '__proto__',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.000Z',
  [],
  {},
  [[]],
  [null],
  { $ne: null },
  { length: 1e9 },
  { toString: 'x', valueOf: 'y', constructor: 'z' },
)

const plain = fc.constantFrom('team', 'Lin Wei', '回滚', 'naïve café', '*bold* `code` @ann', '😀', 'a b c', '1')

export interface InputOptions {
  /** Ids of things that exist, to get past the door. */
  ids: readonly string[]
  /** How often, of a hundred times, a field is hostile. */
  hostileShare: number
}

const isId = ({ pattern }: Schema): boolean => pattern?.startsWith('^[1-9][0-9]{0,17}') ?? false

function text(schema: Schema, { ids }: InputOptions): fc.Arbitrary<unknown> {
  if (isId(schema))
    return fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...ids) },
      { weight: 1, arbitrary: fc.constant('987654321') },
    )
  if (schema.pattern !== undefined && schema.pattern !== '\\S')
    return fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), plain)
  return fc.oneof(plain, fc.string({ maxLength: Math.min(schema.maxLength ?? 40, 40), unit: 'binary' }))
}

/** What mostly fits a schema, and here and there does not. */
export function inputOf(schema: Schema, options: InputOptions): fc.Arbitrary<unknown> {
  const fitting = fittingOf(schema, options)
  return fc.oneof(
    { weight: 100 - options.hostileShare, arbitrary: fitting },
    { weight: options.hostileShare, arbitrary: hostile },
  )
}

function fittingOf(schema: Schema, options: InputOptions): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => inputOf(each, options)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  switch (schema.type) {
    case 'object':
      return objectOf(schema, options)
    case 'array':
      return fc.array(inputOf(schema.items ?? {}, options), { minLength: schema.minItems ?? 0, maxLength: 4 })
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema
      const few = { min: minimum, max: Math.min(maximum, minimum + 5) }
      return fc.oneof(fc.integer(few), fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
    }
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return text(schema, options)
  }
}

function objectOf({ properties = {}, required = [] }: Schema, options: InputOptions): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, inputOf(field, options)]))
  const fields = fc.record(model, { requiredKeys: Object.keys(model).filter((name) => required.includes(name)) })
  const extra = fc.tuple(fc.constantFrom('senderId', 'seq', 'workspaceId', 'constructor', 'role', ''), hostile)
  return fc
    .tuple(fields, fc.option(extra, { freq: Math.round(100 / options.hostileShare) }))
    .map(([value, added]) => (added ? { ...value, [added[0]]: added[1] } : value))
}
