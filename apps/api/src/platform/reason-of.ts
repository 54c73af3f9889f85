/** An error in a few words. Of a name that stands for several addresses, none of which answers, it is the code: it has no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
