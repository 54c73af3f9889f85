import { isObject, isTooDeep, parsed } from '../dialects/json.ts'

/** Looks at one text and answers what stands in its place; throws where it is refused. */
export type Rewrite = (text: string) => string

/**
 * Where texts stand in a value whose form may vary: what is done with a string, with each of an array, with fields of an
 * object. What a place does not name is left as it is.
 */
export interface Place {
  text?: 'plain' | 'json'
  each?: PlaceOf
  fields?: Record<string, PlaceOf>
  /** Every string at any depth, where the form is somebody else's. */
  anywhere?: true
}

/** Where the texts of a value stand; some forms depend on what they hold. */
export type PlaceOf = (value: unknown) => Place

/** A text. */
export const text = (): Place => ({ text: 'plain' })
/** A text that holds JSON: its strings are looked at, so that a redaction leaves it JSON. */
export const jsonText = (): Place => ({ text: 'json' })
/** Any JSON: all strings in it are texts. */
export const anything = (): Place => ({ anywhere: true })
export const fields = (of: Record<string, PlaceOf>) => (): Place => ({ fields: of })
export const each = (of: PlaceOf) => (): Place => ({ each: of })
/** A text, or some of them. */
export const texts = (): Place => ({ text: 'plain', each: text })

/** Rewrites an array or the values of an object; the same one where nothing changed. */
function rewriteEach(value: unknown[], change: (item: unknown) => unknown): unknown[] {
  const changed = value.map(change)
  return changed.some((item, index) => item !== value[index]) ? changed : value
}

function rewriteAnywhere(value: unknown, rewrite: Rewrite): unknown {
  if (typeof value === 'string') return rewrite(value)
  if (Array.isArray(value)) return rewriteEach(value, (item) => rewriteAnywhere(item, rewrite))
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  const changed = entries.map(([key, item]): [string, unknown] => [key, rewriteAnywhere(item, rewrite)])
  return changed.some(([, item], index) => item !== entries[index]?.[1]) ? Object.fromEntries(changed) : value
}

function rewriteJson(source: string, rewrite: Rewrite): string {
  const value = parsed(source)
  if (value === undefined || isTooDeep(value)) return rewrite(source)
  const changed = rewriteAnywhere(value, rewrite)
  return changed === value ? source : JSON.stringify(changed)
}

/** Rewrites all texts of a value. What changes is copied: the value itself stays as it was, and is answered if nothing does. */
export function rewriteAt(value: unknown, place: Place, rewrite: Rewrite): unknown {
  if (place.anywhere) return rewriteAnywhere(value, rewrite)
  if (typeof value === 'string') {
    if (!place.text) return value
    return place.text === 'json' ? rewriteJson(value, rewrite) : rewrite(value)
  }
  if (Array.isArray(value)) {
    const { each: item } = place
    return item ? rewriteEach(value, (one) => rewriteAt(one, item(one), rewrite)) : value
  }
  if (!isObject(value) || !place.fields) return value
  let changed = value
  for (const [key, inner] of Object.entries(place.fields)) {
    const before = value[key]
    if (before === undefined || before === null) continue
    const after = rewriteAt(before, inner(before), rewrite)
    if (after !== before) changed = { ...changed, [key]: after }
  }
  return changed
}
