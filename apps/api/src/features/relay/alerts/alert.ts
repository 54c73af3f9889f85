import { and, eq } from 'drizzle-orm'
import type { Database } from '../../../platform/database.ts'
import { workspaces } from '../../workspaces/tables.ts'
import { endOf } from '../accounting/period.ts'
import type { RelayEvents } from '../events.ts'
import { relayChannels, relayGroups, relayTokens } from '../tables.ts'

/** Whose budget it is. */
export interface BudgetOwner {
  kind: 'workspace' | 'group' | 'token'
  id: string
  /** As people call it; empty for one that is gone meanwhile. */
  name: string
}

/** What is told about a budget: the body of the webhook, and what the mail is written from. */
export interface BudgetAlert {
  type: 'relay.budget'
  id: string
  createdAt: string
  workspaceId: string
  owner: BudgetOwner
  period: RelayEvents['relay.budget']['period']
  percent: 80 | 100
  /** Integer micro-units of the installation's currency. */
  usedMicros: number
  quotaMicros: number
  /** When the budget begins anew; null for a total one. */
  renewsAt: string | null
}

/** What is told about a channel that is left alone for a while. */
export interface BanAlert {
  type: 'relay.banned'
  id: string
  createdAt: string
  workspaceId: string
  channel: { id: string; name: string }
  /** Until when it is not called. */
  until: string
}

export type Alert = BudgetAlert | BanAlert

async function ownerOf(db: Database, workspaceId: string, owner: string): Promise<BudgetOwner> {
  const id = owner.slice(1)
  if (owner.startsWith('t')) {
    const [token] = await db
      .select({ name: relayTokens.name, groupName: relayGroups.name })
      .from(relayTokens)
      .innerJoin(relayGroups, eq(relayGroups.id, relayTokens.groupId))
      .where(and(eq(relayTokens.id, id), eq(relayTokens.workspaceId, workspaceId)))
    return { kind: 'token', id, name: token ? `${token.groupName}/${token.name}` : '' }
  }
  if (owner.startsWith('g')) {
    const [group] = await db
      .select({ name: relayGroups.name })
      .from(relayGroups)
      .where(and(eq(relayGroups.id, id), eq(relayGroups.workspaceId, workspaceId)))
    return { kind: 'group', id, name: group?.name ?? '' }
  }
  const [workspace] = await db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, workspaceId))
  return { kind: 'workspace', id: workspaceId, name: workspace?.name ?? '' }
}

const newAlert = (workspaceId: string, now: Date) => ({
  id: crypto.randomUUID(),
  createdAt: now.toISOString(),
  workspaceId,
})

/** What is to be told of a budget that crossed a mark. */
export async function budgetAlert(db: Database, event: RelayEvents['relay.budget']): Promise<BudgetAlert> {
  const { workspaceId, period, percent, usedMicros, quotaMicros } = event
  const now = new Date()
  return {
    type: 'relay.budget',
    ...newAlert(workspaceId, now),
    owner: await ownerOf(db, workspaceId, event.owner),
    period,
    percent,
    usedMicros,
    quotaMicros,
    renewsAt: period === 'total' ? null : endOf(period, now).toISOString(),
  }
}

/** What is to be told of a channel that is left alone. */
export async function banAlert(db: Database, event: RelayEvents['relay.banned']): Promise<BanAlert> {
  const { workspaceId, channelId, untilMs } = event
  const [channel] = await db
    .select({ name: relayChannels.name })
    .from(relayChannels)
    .where(and(eq(relayChannels.id, channelId), eq(relayChannels.workspaceId, workspaceId)))
  return {
    type: 'relay.banned',
    ...newAlert(workspaceId, new Date()),
    channel: { id: channelId, name: channel?.name ?? '' },
    until: new Date(untilMs).toISOString(),
  }
}
