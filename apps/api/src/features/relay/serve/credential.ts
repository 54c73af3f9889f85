import { BlockList, isIP } from 'node:net'
import type { Pool, RowDataPacket } from 'mysql2/promise'
import type { EventBus } from '../../../platform/events.ts'
import type { AccessEvents } from '../../access/events.ts'
import type { IdentityEvents } from '../../identity/events.ts'
import type { WorkspaceEvents } from '../../workspaces/events.ts'
import type { RelayEvents } from '../events.ts'
import type { TokenKeys } from '../keys.ts'
import { createModelMatcher } from '../model-patterns.ts'
import { RelayRefusal } from '../refusals.ts'
import type { TokenOptions } from '../tables.ts'

/** How fast something may be used; null for no limit. */
export interface RateLimits {
  rpm: number | null
  tpm: number | null
  concurrency: number | null
}

/** What a key opens, as it is kept in memory. */
export interface Credential {
  workspaceId: string
  groupId: string
  groupName: string
  tokenId: string
  tokenName: string
  /** The person who made it for themselves; null for a program's. */
  ownerId: string | null
  isEnabled: boolean
  expiresAtMs: number
  allowsModel: (model: string) => boolean
  allowsAddress: (address: string) => boolean
  limits: RateLimits
  groupLimits: RateLimits
  options: TokenOptions
}

interface TokenRecord extends RowDataPacket {
  workspace_id: number | string
  group_id: number | string
  group_name: string
  token_id: number | string
  token_name: string
  owner_id: number | string | null
  is_enabled: number
  expires_at: Date | null
  models: string
  group_models: string
  subnets: string
  options: string
  rpm: number | null
  tpm: number | null
  concurrency: number | null
  group_rpm: number | null
  group_tpm: number | null
  group_concurrency: number | null
}

/** A change on another node whose telling was lost is noticed after this. */
const keptMs = 30_000
const keptMax = 50_000

const question = `
SELECT t.workspace_id, t.group_id, g.name AS group_name, t.id AS token_id, t.name AS token_name, t.owner_id,
  (t.status = 'enabled' AND g.status = 'enabled' AND w.status IN ('active', 'trial')
    AND (t.owner_id IS NULL OR u.disabled_at IS NULL)) AS is_enabled,
  t.expires_at, t.models, g.models AS group_models, t.subnets, t.options, t.rpm, t.tpm, t.concurrency,
  g.rpm AS group_rpm, g.tpm AS group_tpm, g.concurrency AS group_concurrency
FROM relay_tokens t
JOIN relay_groups g ON g.id = t.group_id
JOIN workspaces w ON w.id = t.workspace_id
LEFT JOIN users u ON u.id = t.owner_id
WHERE t.key_hash = ? OR (t.previous_key_hash = ? AND t.previous_key_until > ?)
LIMIT 1`

const parseList = (text: string): string[] | null => {
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null
}

const everything = (): boolean => true

/** Whether a model is in a list; no list is every model. */
const modelMatcher = (patterns: string[] | null): ((model: string) => boolean) =>
  patterns === null ? everything : createModelMatcher(patterns)

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Whether an address is in one of some networks. IPv4 that arrives over IPv6 is what it carries. */
function addressMatcher(subnets: string[] | null): (address: string) => boolean {
  if (subnets === null || subnets.length === 0) return everything
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', length] = subnet.split('/')
    if (length === undefined) list.addAddress(network, familyOf(network))
    else list.addSubnet(network, Number(length), familyOf(network))
  }
  return (address) => {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
    return isIP(plain) !== 0 && list.check(plain, familyOf(plain))
  }
}

function toCredential(record: TokenRecord): Credential {
  const [ofToken, ofGroup] = [modelMatcher(parseList(record.models)), modelMatcher(parseList(record.group_models))]
  const options: TokenOptions = JSON.parse(record.options)
  return {
    workspaceId: String(record.workspace_id),
    groupId: String(record.group_id),
    groupName: record.group_name,
    tokenId: String(record.token_id),
    tokenName: record.token_name,
    ownerId: record.owner_id === null ? null : String(record.owner_id),
    isEnabled: record.is_enabled === 1,
    expiresAtMs: record.expires_at?.getTime() ?? Infinity,
    allowsModel: (model) => ofGroup(model) && ofToken(model),
    allowsAddress: addressMatcher(parseList(record.subnets)),
    limits: { rpm: record.rpm, tpm: record.tpm, concurrency: record.concurrency },
    groupLimits: { rpm: record.group_rpm, tpm: record.group_tpm, concurrency: record.group_concurrency },
    options,
  }
}

interface CredentialDependencies {
  reader: Pool
  keys: TokenKeys
  events: EventBus<RelayEvents & AccessEvents & IdentityEvents & WorkspaceEvents>
  /** Whether a person may still use the relay: with the permission, their tokens lose their use. */
  mayUse: (owner: { userId: string; workspaceId: string }) => Promise<boolean>
}

/**
 * Makes what finds out whose key a call carries. What a key opens is kept in memory for half a minute and dropped at once
 * when something of its workspace changes; keys nobody has are not kept, or guessing would fill the memory.
 */
export function createCredentials({ reader, keys, events, mayUse }: CredentialDependencies) {
  const kept = new Map<string, { credential: Credential; untilMs: number }>()
  const asked = new Map<string, Promise<Credential | null>>()

  /** What is being asked may be outdated as well. */
  function forget(isMeant: (credential: Credential) => boolean): void {
    asked.clear()
    for (const [hash, { credential }] of kept) if (isMeant(credential)) kept.delete(hash)
  }

  events.onEveryNode('relay.changed', ({ workspaceId, kind }) => {
    if (kind === 'tokens' || kind === 'groups') forget((credential) => credential.workspaceId === workspaceId)
  })
  events.onEveryNode('workspace.changed', ({ workspaceId }) => forget((found) => found.workspaceId === workspaceId))
  events.onEveryNode('access.changed', ({ workspaceId }) => forget((found) => found.workspaceId === workspaceId))
  events.onEveryNode('user.disabled', ({ userId }) => forget(({ ownerId }) => ownerId === userId))
  events.onMissed(() => forget(() => true))

  async function load(hash: string): Promise<Credential | null> {
    const [records] = await reader.query<TokenRecord[]>(question, [hash, hash, new Date()])
    const credential = records[0] ? toCredential(records[0]) : null
    if (!credential?.isEnabled || credential.ownerId === null) return credential
    const { ownerId: userId, workspaceId } = credential
    return { ...credential, isEnabled: await mayUse({ userId, workspaceId }) }
  }

  /** Callers of one key that come at once share the question; one that a change overtook is not kept. */
  function ask(hash: string): Promise<Credential | null> {
    const before = asked.get(hash)
    if (before) return before
    const asking = load(hash).then((credential) => {
      if (asked.get(hash) === asking && credential) {
        if (kept.size >= keptMax) kept.clear()
        kept.set(hash, { credential, untilMs: performance.now() + keptMs })
      }
      return credential
    })
    asked.set(hash, asking)
    void asking.catch(() => undefined).finally(() => asked.get(hash) === asking && asked.delete(hash))
    return asking
  }

  return {
    /** What a key opens; null for a key nobody has. `beforeAsking` may throw where the database would have to be asked. */
    find(key: string, beforeAsking: () => void): Credential | Promise<Credential | null> {
      const hash = keys.hash(key)
      const known = kept.get(hash)
      if (known && known.untilMs > performance.now()) return known.credential
      beforeAsking()
      return ask(hash)
    },
  }
}

/** Throws unless a credential may be used now, from this address. */
export function requireUsable(credential: Credential, address: string): void {
  if (!credential.isEnabled)
    throw new RelayRefusal('key_disabled', 'This API key is disabled. Ask whoever gave it to you.')
  if (credential.expiresAtMs <= Date.now())
    throw new RelayRefusal('key_expired', 'This API key has expired. Make a new one.')
  if (!credential.allowsAddress(address))
    throw new RelayRefusal('subnet_not_allowed', 'This API key may not be used from your network address.')
}
