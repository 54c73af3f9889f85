/** Whether a name fits a pattern in which `*` stands for anything. Takes time in proportion to the name, whatever the pattern. */
function fits(model: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts
  const last = others.pop()
  if (last === undefined) return model === first
  if (!model.startsWith(first) || !model.endsWith(last)) return false
  let at = first.length
  for (const part of others) {
    const found = model.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= model.length - last.length
}

/** Whether a model is in a list, where `*` stands for anything. */
export function createModelMatcher(patterns: readonly string[]): (model: string) => boolean {
  if (patterns.includes('*')) return () => true
  const names = new Set(patterns.filter((pattern) => !isPattern(pattern)))
  const wild = patterns.filter(isPattern).map((pattern) => pattern.split('*'))
  return (model) => names.has(model) || wild.some((parts) => fits(model, parts))
}

export const isPattern = (model: string): boolean => model.includes('*')
