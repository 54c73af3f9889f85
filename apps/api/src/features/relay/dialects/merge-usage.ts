import { countOf, type JsonObject } from './json.ts'

/**
 * What a stream said about usage so far, as the provider wrote it. Counts are cumulative, so the last one wins; a zero or nonsense
 * takes nothing back, since some providers repeat only what changed.
 */
export function mergeUsage(previous: JsonObject | null, next: JsonObject): JsonObject {
  const merged = { ...previous }
  for (const [key, value] of Object.entries(next)) {
    if (value === null || value === undefined) continue
    if (typeof value === 'object' || countOf(value) > 0) merged[key] = value
  }
  return merged
}
