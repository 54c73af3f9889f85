import { readFileSync } from 'node:fs'
import { commands } from '@parley/protocol/realtime'

/** What is used of JSON Schema, as the OpenAPI document and the protocol write it. */
export interface Schema {
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean
  minProperties?: number
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

/** Parts of a request, each with the schema of its fields. */
export interface Endpoint {
  /** Method and path, such as `GET /api/room`. */
  name: string
  method: string
  path: string
  isPublic: boolean
  params?: Schema
  query?: Schema
  body?: Schema
}

export interface Command {
  name: string
  input: Schema
}

interface Parameter {
  in: string
  name: string
  required?: boolean
  schema: Schema
}

interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  'x-permission'?: string
}

interface Document {
  paths: Record<string, Record<string, Operation>>
}

function objectOf(parameters: Parameter[] | undefined, place: string): Schema | undefined {
  const found = parameters?.filter((parameter) => parameter.in === place) ?? []
  if (found.length === 0) return undefined
  return {
    type: 'object',
    properties: Object.fromEntries(found.map(({ name, schema }) => [name, schema])),
    required: found.flatMap(({ name, required }) => (required ? [name] : [])),
    additionalProperties: false,
  }
}

function toEndpoint(method: string, path: string, operation: Operation): Endpoint {
  const parts = {
    params: objectOf(operation.parameters, 'path'),
    query: objectOf(operation.parameters, 'query'),
    body: operation.requestBody?.content['application/json']?.schema,
  }
  const given = Object.fromEntries(Object.entries(parts).filter(([, schema]) => schema))
  const isPublic = operation['x-permission'] === undefined
  return { name: `${method} ${path}`, method, path, isPublic, ...given }
}

/** Every endpoint of the committed OpenAPI document, which a check of its own holds to what the contracts say. */
export function readEndpoints(): Endpoint[] {
  const document: Document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'))
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => toEndpoint(method.toUpperCase(), path, operation)),
  )
}

/** Every realtime command of the protocol. */
export const readCommands = (): Command[] =>
  Object.entries(commands).map(([name, { input }]) => {
    // TypeBox keeps marks of its own beside the JSON Schema.
    const schema: Schema = JSON.parse(JSON.stringify(input))
    return { name, input: schema }
  })

/** A request of an endpoint, part by part. */
export interface Parts {
  params?: unknown
  query?: unknown
  body?: unknown
}

const entriesOf = (part: unknown): [string, unknown][] => (typeof part === 'object' && part ? Object.entries(part) : [])

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** Sends a request of an endpoint, whatever is in it. */
export function request(origin: string, endpoint: Endpoint, parts: Parts, accessToken?: string): Promise<Response> {
  let path = endpoint.path
  for (const [name, value] of entriesOf(parts.params)) {
    path = path.replace(`{${name}}`, encodeURIComponent(asText(value).toWellFormed()))
  }
  const query = entriesOf(parts.query).map(
    ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(asText(value).toWellFormed())}`,
  )
  const body = parts.body === undefined ? undefined : JSON.stringify(parts.body)
  return fetch(`${origin}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
    method: endpoint.method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    ...(body !== undefined && { body }),
  })
}
