import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import {
  answer,
  Done,
  epochMs,
  count,
  paging,
  namePart,
  total,
  GroupId,
  ModelPatterns,
  Switch,
  limits,
  limitsWanted,
  Quota,
  QuotaWanted,
  Used,
} from './relay-fields.ts'
import { closed, id, nullable } from './scalars.ts'

const tag = 'relay'

export const getRelayStatus = contract({
  method: 'GET',
  path: '/api/status',
  summary: 'Version of the server and since when it runs',
  tag,
  auth: 'session',
  permission: 'relay:read',
  query: Type.Object({}, closed),
  status: 200,
  response: answer(
    Type.Object({
      version: Type.String({ description: 'Version of the server.' }),
      start_time: epochMs('When it started.'),
    }),
  ),
})

/** A team, a program or whatever else is limited and billed together. */
export const RelayGroup = Type.Object({
  id: GroupId,
  status: Switch,
  self_service: Type.Boolean({ description: 'Whether members who may use the relay make tokens of their own in it.' }),
  models: nullable(ModelPatterns),
  ...limits,
  quota: Quota,
  used: Used,
  tokens: count('Tokens in it, of which a member sees their own.'),
  created_at: epochMs('When it was made.'),
})
export type RelayGroup = Static<typeof RelayGroup>

const groupWanted = {
  status: Type.Optional(Switch),
  self_service: Type.Optional(
    Type.Boolean({ description: 'Let members who may use the relay make tokens of their own in it.' }),
  ),
  models: Type.Optional(nullable(ModelPatterns)),
  ...limitsWanted,
  quota: Type.Optional(QuotaWanted),
}

const group = Type.Object({ group: GroupId }, closed)

export const createGroup = contract({
  method: 'POST',
  path: '/api/group/',
  summary: 'Make a group',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  body: Type.Object({ id: GroupId, ...groupWanted }, closed),
  status: 200,
  response: answer(RelayGroup),
})

export const createNamedGroup = contract({
  method: 'POST',
  path: '/api/group/:group',
  summary: 'Make a group, named in the address; the body may be left out',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  params: group,
  body: nullable(Type.Object(groupWanted, closed)),
  status: 200,
  response: answer(RelayGroup),
})

export const listGroups = contract({
  method: 'GET',
  path: '/api/groups',
  summary: 'Groups; members see those in which they may make tokens',
  tag,
  auth: 'session',
  permission: 'relay:read',
  query: Type.Object({ ...paging(['-created_at', 'created_at', 'id', '-id']), query: namePart }, closed),
  status: 200,
  response: answer(Type.Object({ groups: Type.Array(RelayGroup, { description: 'The groups of this page.' }), total })),
})

export const getGroup = contract({
  method: 'GET',
  path: '/api/group/:group',
  summary: 'A group, with what it spent',
  tag,
  auth: 'session',
  permission: 'relay:read',
  params: group,
  query: Type.Object({}, closed),
  status: 200,
  response: answer(RelayGroup),
})

export const updateGroup = contract({
  method: 'PUT',
  path: '/api/group/:group',
  summary: 'Change what is named of a group',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  params: group,
  body: Type.Object(groupWanted, { ...closed, minProperties: 1 }),
  status: 200,
  response: answer(RelayGroup),
})

export const deleteGroup = contract({
  method: 'DELETE',
  path: '/api/group/:group',
  summary: 'Delete a group with its tokens, guardrails and budgets, all or nothing; the log stays',
  tag,
  auth: 'session',
  permission: 'relay:admin',
  params: group,
  query: Type.Object({}, closed),
  status: 200,
  response: Done,
})

/** Networks from which a token may be used. */
const Subnets = Type.Array(
  Type.String({
    minLength: 2,
    maxLength: 43,
    description: 'A network in CIDR, or one address.',
    examples: ['10.0.0.0/8'],
  }),
  { maxItems: 100, description: 'Networks in CIDR from which it may be used.' },
)

/** What a token adds to its calls. */
export const RelayTokenOptions = Type.Object(
  {
    cache_ttl_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        description: 'Seconds for which an equal request is answered with what was answered before; 0 for never.',
      }),
    ),
  },
  closed,
)
export type RelayTokenOptions = Static<typeof RelayTokenOptions>

const tokenName = Type.String({
  minLength: 1,
  maxLength: 32,
  pattern: '\\S',
  description: 'What people call it; no two of a group are called the same, capital letters or not.',
  examples: ['token 1'],
})

/** What a program or a person authenticates calls with. */
export const RelayToken = Type.Object({
  id: id('The token.'),
  group: GroupId,
  name: tokenName,
  key: Type.Optional(
    Type.String({ description: 'The key itself: only in the answer that makes it, and never again.' }),
  ),
  key_shown: Type.String({ description: 'How the key begins, to be recognised by.' }),
  previous_key_until: nullable(epochMs('Until when the key before the last rotation opens too; null if it does not.')),
  status: Switch,
  owner: nullable(
    Type.Object({
      id: id('The person.'),
      name: Type.String({ description: 'What they are called.' }),
    }),
  ),
  expired_at: nullable(epochMs('When it ends; null for never.')),
  models: nullable(ModelPatterns),
  subnets: nullable(Subnets),
  ...limits,
  quota: Quota,
  used: Used,
  options: RelayTokenOptions,
  created_at: epochMs('When it was made.'),
})
export type RelayToken = Static<typeof RelayToken>

const tokenWanted = {
  status: Type.Optional(Switch),
  expired_at: Type.Optional(nullable(epochMs('When it ends; null for never.'))),
  models: Type.Optional(nullable(ModelPatterns)),
  subnets: Type.Optional(nullable(Subnets)),
  ...limitsWanted,
  quota: Type.Optional(QuotaWanted),
  options: Type.Optional(RelayTokenOptions),
}

const token = Type.Object({ group: GroupId, id: id('The token.') }, closed)

const tokenFilters = {
  ...paging(['-created_at', 'created_at', 'name', '-name']),
  query: namePart,
  status: Type.Optional(Switch),
}

const TokenList = answer(
  Type.Object({ tokens: Type.Array(RelayToken, { description: 'The tokens of this page.' }), total }),
)

export const createToken = contract({
  method: 'POST',
  path: '/api/token/:group',
  summary: 'Make a token; its key is in this answer and nowhere else. A person makes it for themselves',
  tag,
  auth: 'session',
  permission: 'relay:write',
  params: group,
  query: Type.Object(
    {
      auto_create_group: Type.Optional(
        Type.Boolean({ description: 'Make the group too if there is none, which only administrators may.' }),
      ),
      ignore_exist: Type.Optional(
        Type.Boolean({
          description: 'Answer the token that has this name already, without its key, and change nothing.',
        }),
      ),
    },
    closed,
  ),
  body: Type.Object({ name: tokenName, ...tokenWanted }, closed),
  status: 200,
  response: answer(RelayToken),
})

export const listTokens = contract({
  method: 'GET',
  path: '/api/tokens/',
  summary: 'Tokens of all groups; members see their own',
  tag,
  auth: 'session',
  permission: 'relay:read',
  query: Type.Object({ ...tokenFilters, group: Type.Optional(GroupId) }, closed),
  status: 200,
  response: TokenList,
})

export const listGroupTokens = contract({
  method: 'GET',
  path: '/api/token/:group',
  summary: 'Tokens of a group; members see their own',
  tag,
  auth: 'session',
  permission: 'relay:read',
  params: group,
  query: Type.Object(tokenFilters, closed),
  status: 200,
  response: TokenList,
})

export const getToken = contract({
  method: 'GET',
  path: '/api/token/:group/:id',
  summary: 'A token, with what it spent',
  tag,
  auth: 'session',
  permission: 'relay:read',
  params: token,
  query: Type.Object({}, closed),
  status: 200,
  response: answer(RelayToken),
})

export const updateToken = contract({
  method: 'PUT',
  path: '/api/token/:group/:id',
  summary: 'Change what is named of a token',
  tag,
  auth: 'session',
  permission: 'relay:write',
  params: token,
  body: Type.Object({ name: Type.Optional(tokenName), ...tokenWanted }, { ...closed, minProperties: 1 }),
  status: 200,
  response: answer(RelayToken),
})

export const rotateToken = contract({
  method: 'POST',
  path: '/api/token/:group/:id/rotate',
  summary: 'Give a token a new key, which is in this answer and nowhere else; the old one opens until the overlap ends',
  tag,
  auth: 'session',
  permission: 'relay:write',
  params: token,
  body: nullable(
    Type.Object(
      {
        overlap_seconds: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 2_592_000,
            description: 'For how long the old key opens too, 30 days at most; not at all without it.',
          }),
        ),
      },
      closed,
    ),
  ),
  status: 200,
  response: answer(RelayToken),
})

export const deleteToken = contract({
  method: 'DELETE',
  path: '/api/token/:group/:id',
  summary: 'Delete a token and its budget; the log stays',
  tag,
  auth: 'session',
  permission: 'relay:write',
  params: token,
  query: Type.Object({}, closed),
  status: 200,
  response: Done,
})
