import type { Queryable } from './database.ts'
import { requestContext } from './request-context.ts'
import { auditLog } from './tables.ts'

type Values = Record<string, unknown>

interface AuditEntry {
  workspaceId: string
  /** Who did it; null for the system itself. */
  actorId: string | null
  /** `subject.verb`, such as `role.changed`. */
  action: string
  /** What it was done to, such as `user`. */
  targetKind: string
  targetId: string
  before?: Values
  after?: Values
}

/**
 * Names of values that are never written down, whatever holds them: those that end in one of these. What only speaks of
 * such things is written, as `token_id` or `output_tokens`, which are counts, or `error_code`.
 */
const secret = /(?:passwords?|secrets?|token|hash(?:es)?|(?<!error_?)codes?|keys?)$/i

function masked(value: unknown, name = ''): unknown {
  // Whether there is one is no secret.
  if (typeof value !== 'boolean' && secret.test(name)) return '***'
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map((item) => masked(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, masked(inner, key)]))
}

const maskedValues = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, masked(value, key)]))

/**
 * Writes down what is done, in the transaction that does it: neither stands without the other. Where it came from is
 * known from the request being worked on. Values whose names speak of secrets are masked.
 */
export async function recordAudit(tx: Queryable, { before, after, ...entry }: AuditEntry): Promise<void> {
  const { requestId, address } = requestContext()
  await tx.insert(auditLog).values({
    ...entry,
    requestId,
    address,
    before: before ? maskedValues(before) : null,
    after: after ? maskedValues(after) : null,
    createdAt: new Date(),
  })
}
