import { glob, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Hcl {
  parse: (file: string, content: string) => Promise<unknown>
  getReferencesInExpression: (file: string, expression: string) => Promise<{ value: string }[]>
}

const require = createRequire(import.meta.url)
// Not imported: its types bring those of a page, `document` and all, to everything that is checked with this file.
const { parse, getReferencesInExpression }: Hcl = require('@cdktf/hcl2json')

export type Body = Record<string, unknown>

/** A resource or a data source. */
export type Thing = { address: string; kind: 'resource' | 'data'; type: string; body: Body }

/** One folder of Terraform files, as they stand: nothing is evaluated. */
export type Configuration = {
  folder: string
  variables: Map<string, Body>
  outputs: Map<string, Body>
  modules: Map<string, Body>
  locals: Map<string, unknown>
  things: Thing[]
  providers: Map<string, Body>
  /** What expressions name, with the place they do it: `var.region`, `aws_vpc.this.id`. */
  references: { place: string; path: string[] }[]
}

/** Words where Terraform wants a name rather than a value. */
const namesOnly = new Set(['type', 'ignore_changes'])

export async function readConfiguration(folder: string): Promise<Configuration> {
  const found: Configuration = {
    folder,
    variables: new Map(),
    outputs: new Map(),
    modules: new Map(),
    locals: new Map(),
    things: [],
    providers: new Map(),
    references: [],
  }
  for await (const file of glob('*.tf', { cwd: folder })) {
    const path = join(folder, file)
    const content: unknown = await parse(path, await readFile(path, 'utf8'))
    collect(found, asBody(content))
    await collectReferences(found, path, content)
  }
  return found
}

function collect(found: Configuration, file: Body): void {
  for (const [name, body] of blocks(file.variable)) found.variables.set(name, body)
  for (const [name, body] of blocks(file.output)) found.outputs.set(name, body)
  for (const [name, body] of blocks(file.module)) found.modules.set(name, body)
  for (const locals of asList(file.locals)) {
    for (const [name, value] of Object.entries(asBody(locals))) found.locals.set(name, value)
  }
  for (const kind of ['resource', 'data'] as const) {
    for (const [type, named] of Object.entries(asBody(file[kind]))) {
      for (const [name, body] of blocks(named)) {
        found.things.push({ address: `${kind === 'data' ? 'data.' : ''}${type}.${name}`, kind, type, body })
      }
    }
  }
  for (const terraform of asList(file.terraform)) {
    for (const required of asList(asBody(terraform).required_providers)) {
      for (const [name, body] of Object.entries(asBody(required))) found.providers.set(name, asBody(body))
    }
  }
}

async function collectReferences(found: Configuration, file: string, value: unknown, key = ''): Promise<void> {
  if (namesOnly.has(key)) return
  if (typeof value === 'string' && value.includes('${')) {
    for (const { value: reference } of await getReferencesInExpression(file, `"${value}"`)) {
      found.references.push({ place: `${file}: ${value.split('\n')[0]}`, path: reference.split('.') })
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) await collectReferences(found, file, inner, name)
  }
}

/** Blocks by their label: the parser gives a list for each, with one element unless Terraform would refuse it. */
function blocks(labelled: unknown): [string, Body][] {
  return Object.entries(asBody(labelled)).map(([name, list]) => [name, asBody(asList(list)[0])])
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function asBody(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}
