import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { IsBoolean, IsEnum, IsInteger, IsString, type TSchema } from 'typebox'
import { parse } from 'yaml'

/** A setting as it was found, and where. */
export interface Given {
  value: unknown
  from: string
}

interface Layers {
  given: Map<string, Given>
  problems: string[]
}

interface Known {
  names: readonly string[]
  /** Settings that may be given as `<NAME>_FILE`. */
  secrets: ReadonlySet<string>
}

/** Where relative paths of `CONFIG_FILE` and `LOG_DIR` begin. */
export const repositoryDir = resolve(import.meta.dirname, '../../..')

/** Errors of the file system and of the YAML parser name the place in their first line; the rest may quote a secret. */
const firstLineOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

function readFileLayer(path: string, { names, secrets }: Known, problems: string[]): Record<string, unknown> {
  let content: unknown
  try {
    content = parse(readFileSync(resolve(repositoryDir, path), 'utf8')) ?? {}
  } catch (error) {
    problems.push(`${path} cannot be read: ${firstLineOf(error)}`)
    return {}
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`${path} must hold one setting a line, as NAME: value`)
    return {}
  }
  const allowed = new Set([...names, ...[...secrets].map((name) => `${name}_FILE`)])
  const layer: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(content)) {
    if (!allowed.has(name)) problems.push(`${name} (${path}) is not a setting; apps/api/src/config.ts lists them all`)
    else if (isScalar(value)) layer[name] = value
    else if (value !== null) problems.push(`${name} (${path}) must be a single value`)
  }
  return layer
}

/** Adds a layer over those before it: its own values, then those in files that it names. */
function addLayer(layer: Record<string, unknown>, from: string, { names, secrets }: Known, layers: Layers): void {
  for (const name of names) {
    const value = layer[name]
    // An empty variable is how Compose and shells write one that is not set.
    if (value !== undefined && value !== '') layers.given.set(name, { value, from })
    const path = secrets.has(name) ? layer[`${name}_FILE`] : undefined
    if (typeof path !== 'string' || path === '') continue
    try {
      const content = readFileSync(path, 'utf8').trim()
      // Compose mounts the file of every secret; an empty one is how an installation goes without.
      if (content !== '') layers.given.set(name, { value: content, from: `${name}_FILE in ${from}` })
    } catch (error) {
      layers.problems.push(`${name} (${name}_FILE in ${from}) cannot be read: ${firstLineOf(error)}`)
    }
  }
}

/** Reads what is given of the known settings: the file that `CONFIG_FILE` names, and over it the environment. */
export function readLayers(environment: NodeJS.ProcessEnv, known: Known): Layers {
  const layers: Layers = { given: new Map(), problems: [] }
  const path = environment.CONFIG_FILE
  if (path) addLayer(readFileLayer(path, known, layers.problems), path, known, layers)
  addLayer(environment, 'the environment', known, layers)
  return layers
}

/** The value in the type its schema wants, where the text leaves no doubt; else as it was given, to be refused. */
export function settingValue(schema: TSchema, value: unknown): unknown {
  if (IsString(schema)) return String(value)
  if (typeof value !== 'string') return value
  if (IsInteger(schema) && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (IsBoolean(schema) && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** What a setting may be, in words for whoever has to correct it. */
export function describeAllowed(schema: TSchema): string {
  if (IsEnum(schema)) return `one of ${schema.enum.join(', ')}`
  if (IsBoolean(schema)) return 'true or false'
  const limit = (keyword: string): string | undefined => {
    const value: unknown = Reflect.get(schema, keyword)
    return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined
  }
  const [minimum, maximum, pattern, minLength] = ['minimum', 'maximum', 'pattern', 'minLength'].map(limit)
  if (IsInteger(schema)) {
    if (maximum !== undefined) return `a whole number from ${minimum ?? '0'} to ${maximum}`
    return minimum === undefined ? 'a whole number' : `a whole number of at least ${minimum}`
  }
  if (pattern !== undefined) return `text that matches ${pattern}`
  return minLength === undefined ? 'text' : `text of at least ${minLength} characters`
}
