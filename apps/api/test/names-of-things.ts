import fc from 'fast-check'
import type { Command, Endpoint, Parts, Schema } from './endpoints.ts'

/** What an id may name. */
export type Kind =
  | 'user'
  | 'room'
  | 'file'
  | 'session'
  | 'role'
  | 'report'
  | 'room invitation'
  | 'token of a room invitation'
  | 'workspace'
  | 'workspace invitation'
  | 'relay group'
  | 'relay token'
  | 'relay channel'
  | 'relay guardrail'
  | 'relay log'

/** What fields of these names hold, wherever they stand. */
const byName: Record<string, Kind> = {
  roomId: 'room',
  userId: 'user',
  userIds: 'user',
  memberIds: 'user',
  adminIds: 'user',
  mentions: 'user',
  actorId: 'user',
  reporterId: 'user',
  subjectId: 'user',
  ids: 'user',
  fileIds: 'file',
  image: 'file',
  resourceId: 'file',
  role: 'role',
  parent: 'role',
  workspaceId: 'workspace',
  token_id: 'relay token',
  channel_id: 'relay channel',
}

/** What `{id}` names after this part of a path. */
const bySegment: Record<string, Kind> = {
  people: 'user',
  users: 'user',
  rooms: 'room',
  files: 'file',
  sessions: 'session',
  roles: 'role',
  reports: 'report',
  warnings: 'report',
  workspaces: 'workspace',
  '/api/workspace/invites': 'workspace invitation',
  '/api/token/{group}': 'relay token',
  channel: 'relay channel',
  guardrails: 'relay guardrail',
  logs: 'relay log',
}

/** What a field holds where its name does not say. */
const byPlace: Record<string, Kind> = {
  'GET /api/user id': 'user',
  'POST /api/joinRoom invite': 'token of a room invitation',
  'GET /api/room/invite token': 'token of a room invitation',
  'DELETE /api/room/invite id': 'room invitation',
  'GET /api/room id': 'room',
  'PATCH /api/room id': 'room',
  'DELETE /api/room id': 'room',
  'POST /api/joinRoom id': 'room',
  'POST /api/leaveRoom id': 'room',
  'room.join id': 'room',
  'room.join invite': 'token of a room invitation',
  'room.leave id': 'room',
  'GET /api/group/{group} group': 'relay group',
  'PUT /api/group/{group} group': 'relay group',
  'DELETE /api/group/{group} group': 'relay group',
  'GET /api/token/{group} group': 'relay group',
  'POST /api/token/{group} group': 'relay group',
  'GET /api/token/{group}/{id} group': 'relay group',
  'PUT /api/token/{group}/{id} group': 'relay group',
  'DELETE /api/token/{group}/{id} group': 'relay group',
  'POST /api/token/{group}/{id}/rotate group': 'relay group',
  'GET /api/tokens/ group': 'relay group',
  'GET /api/log/{group} group': 'relay group',
  'GET /api/logs group': 'relay group',
  'GET /api/dashboard/{group} group': 'relay group',
  'POST /api/relay/guardrails group': 'relay group',
  'PUT /api/relay/guardrails/{id} group': 'relay group',
}

const namesAThing = ({ pattern }: Schema): boolean => pattern?.includes('[1-9][0-9]{0,17}') ?? false

/** The kind of thing a field names; undefined for a field that holds an id of nobody knows what. */
export function kindOf(owner: string, name: string): Kind | undefined {
  const segment = /([a-z]+)\/\{id\}/i.exec(owner)?.[1] ?? ''
  const folder = owner.slice(owner.indexOf(' ') + 1).replace(/\/\{id\}.*$/, '')
  const ofPath = name === 'id' ? (bySegment[folder] ?? bySegment[segment]) : undefined
  return byPlace[`${owner} ${name}`] ?? ofPath ?? byName[name]
}

type Step = { property: string } | { option: number } | 'item'

/** A field that names something, and the way to it through the schema. */
export interface Leaf {
  name: string
  path: Step[]
}

/** Every field of a schema that names something. */
export function leavesOf(owner: string, schema: Schema, path: Step[] = [], name = ''): Leaf[] {
  if (schema.anyOf)
    return schema.anyOf.flatMap((option, index) => leavesOf(owner, option, [...path, { option: index }], name))
  if (schema.items) return leavesOf(owner, schema.items, [...path, 'item'], name)
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([property, field]) =>
      leavesOf(owner, field, [...path, { property }], property),
    )
  }
  return namesAThing(schema) || byPlace[`${owner} ${name}`] ? [{ name, path }] : []
}

/** Answers what a field that names something holds; `isTarget` for the one that is tried out. */
export type Fill = (name: string, isTarget: boolean) => string

const isClientId = (pattern: string): boolean => new RegExp(pattern).test('01890a5d-ac96-774b-bcce-b302099a8057')

/** Examples where the schema alone gives none that means anything: the second message of a room is one's own text. */
const telling: Record<string, unknown> = { seq: 2, emoji: '👍' }

function textOf(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0]
  if (schema.format === 'date-time') return new Date(Date.now() + 86_400_000).toISOString()
  // Each send is a new one.
  if (schema.pattern !== undefined && schema.pattern !== '\\S' && isClientId(schema.pattern)) return crypto.randomUUID()
  if (schema.pattern !== undefined && schema.pattern !== '\\S')
    return fc.sample(fc.stringMatching(new RegExp(schema.pattern)), { seed: 1, numRuns: 1 })[0]
  return 'words'.repeat(Math.ceil((schema.minLength ?? 1) / 5))
}

interface Example {
  owner: string
  fill: Fill
}

function objectOf(schema: Schema, path: Step[] | undefined, example: Example): Record<string, unknown> {
  const { properties = {}, required = [], minProperties = 0 } = schema
  const [step] = path ?? []
  const wanted = typeof step === 'object' && 'property' in step ? step.property : undefined
  const names = new Set([...required, ...(wanted === undefined ? [] : [wanted])])
  // A group needs one, which the schema cannot say.
  if (properties.name) names.add('name')
  for (const [name, field] of Object.entries(properties)) {
    if (names.size < minProperties && leavesOf(example.owner, field, [], name).length === 0) names.add(name)
  }
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      valueOf(properties[name] ?? {}, name === wanted ? path?.slice(1) : undefined, example, name),
    ]),
  )
}

/** A value that fits a schema, with what is needed to get to the end of `path`. */
function valueOf(schema: Schema, path: Step[] | undefined, example: Example, name = ''): unknown {
  const [step] = path ?? []
  if (schema.anyOf) {
    // Of plain words the last is the more open one: a group, a member.
    const usual = schema.anyOf.every((each) => each.enum ?? each.const !== undefined) ? schema.anyOf.length - 1 : 0
    const option = typeof step === 'object' && 'option' in step ? step.option : usual
    return valueOf(schema.anyOf[option] ?? {}, path?.slice(1), example, name)
  }
  if (schema.items) {
    const length = Math.max(schema.minItems ?? 0, path ? 1 : 0)
    const items = schema.items
    return Array.from({ length }, () => valueOf(items, path?.slice(1), example, name))
  }
  if (schema.properties) return objectOf(schema, path, example)
  if (namesAThing(schema) || byPlace[`${example.owner} ${name}`]) return example.fill(name, path !== undefined)
  if (Object.hasOwn(telling, name)) return telling[name]
  if (schema.const !== undefined) return schema.const
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  return schema.type === 'null' ? null : textOf(schema)
}

/** A request of an endpoint, or the input of a command, in which one field names something. */
export interface Attempt {
  owner: string
  leaf: Leaf
  /** The request, with `fill` saying what each field that names something holds. */
  parts(fill: Fill): Parts & { input?: unknown }
}

const attemptsOf = (owner: string, schemas: [part: string, schema: Schema][]): Attempt[] =>
  schemas.flatMap(([part, schema]) =>
    leavesOf(owner, schema).map((leaf) => ({
      owner,
      leaf,
      parts: (fill) =>
        Object.fromEntries(
          schemas.map(([each, given]) => [
            each,
            valueOf(given, each === part ? leaf.path : undefined, { owner, fill }),
          ]),
        ),
    })),
  )

export const attemptsOfEndpoint = ({ name, params, query, body }: Endpoint): Attempt[] =>
  attemptsOf(
    name,
    Object.entries({ params, query, body }).flatMap(([part, schema]): [string, Schema][] =>
      schema ? [[part, schema]] : [],
    ),
  )

export const attemptsOfCommand = ({ name, input }: Command): Attempt[] => attemptsOf(name, [['input', input]])
