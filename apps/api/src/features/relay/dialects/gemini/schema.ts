import { isObject, type JsonObject } from '../json.ts'

/** Gemini's own schemas are OpenAPI's with types in capitals and `nullable`; other dialects want JSON schema. */
export function toJsonSchema(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema
  const converted: JsonObject = {}
  for (const [key, value] of Object.entries(rest)) converted[key] = convertKeyword(key, value)
  if (nullable === true && typeof converted.type === 'string') converted.type = [converted.type, 'null']
  return converted
}

function convertKeyword(key: string, value: unknown): unknown {
  if (key === 'type') return typeof value === 'string' ? value.toLowerCase() : value
  if (key === 'items' && isObject(value)) return toJsonSchema(value)
  if (key === 'anyOf' && Array.isArray(value)) return value.map((item) => (isObject(item) ? toJsonSchema(item) : item))
  if (key !== 'properties' || !isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => [name, isObject(property) ? toJsonSchema(property) : property]),
  )
}
