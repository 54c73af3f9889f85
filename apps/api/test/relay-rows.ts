import { randomUUID } from 'node:crypto'
import { relayChannels, relayGroups, relayTokens } from '../src/features/relay/tables.ts'
import { workspaces } from '../src/features/workspaces/tables.ts'
import type { Database } from '../src/platform/database.ts'

/** Rows of the relay for tests of its parts, which need no server. */
export async function insertWorkspace(db: Database, name = 'Writers'): Promise<string> {
  const [result] = await db.insert(workspaces).values({ slug: randomUUID(), name, createdAt: new Date() })
  return String(result.insertId)
}

export async function insertGroup(db: Database, workspaceId: string, name = 'editors'): Promise<string> {
  const [result] = await db.insert(relayGroups).values({ workspaceId, name, models: ['*'], createdAt: new Date() })
  return String(result.insertId)
}

export async function insertToken(db: Database, workspaceId: string, groupId: string, name = 'first'): Promise<string> {
  const [result] = await db.insert(relayTokens).values({
    workspaceId,
    groupId,
    name,
    keyHash: randomUUID(),
    keyShown: 'pk-000000',
    models: ['*'],
    subnets: [],
    options: {},
    createdAt: new Date(),
  })
  return String(result.insertId)
}

export async function insertChannel(db: Database, workspaceId: string, name = 'provider'): Promise<string> {
  const [result] = await db.insert(relayChannels).values({
    workspaceId,
    name,
    type: 'test',
    baseUrl: '',
    keySealed: '',
    models: [],
    modelMapping: {},
    timeouts: { connectMs: 1_000, headersMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000 },
    createdAt: new Date(),
  })
  return String(result.insertId)
}
