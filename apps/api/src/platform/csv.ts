/** One cell. A spreadsheet would run what begins like a formula; an apostrophe before it makes it text. */
function csvCell(value: string): string {
  const harmless = /^[\s]*[=+\-@]|^[\t\r\n]/.test(value) ? `'${value}` : value
  return `"${harmless.replaceAll('"', '""')}"`
}

/** One line of a table in CSV. */
export const csvLine = (values: string[]): string => `${values.map(csvCell).join(',')}\r\n`
