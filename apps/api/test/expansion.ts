/** What the version before could no longer do once a migration ran, by what its statements look like. */
const breaking: [pattern: RegExp, what: string, isHarmlessOnNewTables?: boolean][] = [
  [/^DROP TABLE/i, 'drops a table'],
  [/\bRENAME\b/i, 'renames'],
  [/^ALTER TABLE.*\bDROP (COLUMN|PRIMARY KEY|`)/i, 'drops a column or the primary key'],
  [/^ALTER TABLE.*\b(MODIFY|CHANGE)\b/i, 'changes a column'],
  [
    /^ALTER TABLE \S+ ADD (COLUMN )?`(?!.*\b(DEFAULT|GENERATED)\b).*\bNOT NULL/i,
    'adds a column that must be given',
    true,
  ],
  [/^ALTER TABLE.*\bADD (CONSTRAINT \S+ )?UNIQUE|^CREATE UNIQUE INDEX/i, 'forbids rows that were allowed', true],
  [/^ALTER TABLE.*\bADD CONSTRAINT \S+ (FOREIGN KEY|CHECK)/i, 'forbids rows that were allowed', true],
]

const tableOf = (statement: string): string | undefined => /(?:TABLE|\bON) `(\w+)`/i.exec(statement)?.[1]

/** What in a migration breaks the version before it, which still runs while nodes are replaced one after the other. */
export function breakingStatements(statements: string[]): string[] {
  const plain = statements.map((statement) =>
    statement
      .replaceAll(/^\s*--.*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
  const made = new Set(plain.filter((statement) => /^CREATE TABLE/i.test(statement)).map(tableOf))
  return plain.flatMap((statement) =>
    breaking
      .filter(([pattern, , isHarmless]) => pattern.test(statement) && !(isHarmless && made.has(tableOf(statement))))
      .map(([, what]) => `${what}: ${statement.slice(0, 80)}`),
  )
}
