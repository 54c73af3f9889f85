import { refused } from './dialect-error.ts'

export type JsonObject = Record<string, unknown>

/** Deeper than any honest request; JSON.stringify and recursion stay safe below it. */
const deepestLevel = 100

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether something is nested so deeply that walking it could exhaust the stack. */
export function isTooDeep(value: unknown, level = 1): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (level > deepestLevel) return true
  for (const child of Array.isArray(value) ? value : Object.values(value)) if (isTooDeep(child, level + 1)) return true
  return false
}

/** Refuses what is nested so deeply that walking it could exhaust the stack. */
export function refuseDeepNesting(body: JsonObject) {
  if (isTooDeep(body)) throw refused('body', `Nothing may be nested deeper than ${deepestLevel} levels.`)
}

// What a client sends is read strictly: a wrong type is refused with the path of the field.

export function requiredObject(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw refused(path, 'must be an object.')
  return value
}

export function requiredArray(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw refused(path, 'must be an array.')
  return value
}

export function requiredString(value: unknown, path: string): string {
  if (typeof value !== 'string') throw refused(path, 'must be a string.')
  return value
}

/** Reads a field that may be missing or null, by a function that refuses wrong types. */
export function optional<T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path)
}

export function finiteNumber(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(path, 'must be a number.')
  return value
}

export function wholeNumber(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || typeof value !== 'number' || value < 0)
    throw refused(path, 'must be a whole number.')
  return value
}

export function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw refused(path, 'must be true or false.')
  return value
}

export function strings(value: unknown, path: string): string[] {
  return requiredArray(value, path).map((item, index) => requiredString(item, `${path}[${index}]`))
}

// What a provider sends is read leniently: what has another type than expected counts as absent.

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The object at a key; an empty one if there is none. */
export function objectAt(value: unknown, key: string): JsonObject {
  const child = isObject(value) ? value[key] : undefined
  return isObject(child) ? child : {}
}

/** A count as providers write it: also as a string. What is negative, no number or beyond exact arithmetic is 0. */
export function countOf(value: unknown): number {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof count !== 'number' || !(count > 0) || count > Number.MAX_SAFE_INTEGER) return 0
  return Math.round(count)
}

/** The JSON in a text, or undefined if it is none. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** Leaves out what is undefined, so that optional fields are absent and not null. */
export function withoutUndefined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
