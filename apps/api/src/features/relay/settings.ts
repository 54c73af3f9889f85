import { eq } from 'drizzle-orm'
import type { Database } from '../../platform/database.ts'
import type { EventBus } from '../../platform/events.ts'
import type { RelayEvents } from './events.ts'
import { relaySettings } from './tables.ts'
import { createWorkspaceMemory, type WorkspaceMemory } from './workspace-memory.ts'

/** What a workspace wants of its relay besides budgets. */
export type RelayWishes = Pick<
  typeof relaySettings.$inferSelect,
  'promptLogDays' | 'alertWebhookUrl' | 'alertWebhookSecretSealed' | 'alertEmails'
>

/** A workspace that never said what it wants. */
const none: RelayWishes = { promptLogDays: 0, alertWebhookUrl: null, alertWebhookSecretSealed: null, alertEmails: [] }

/** Keeps what workspaces want in memory; what is changed counts from then on. */
export function createWishes(db: Database, events: EventBus<RelayEvents>): WorkspaceMemory<RelayWishes> {
  return createWorkspaceMemory({
    events,
    kinds: ['settings'],
    async load(workspaceId) {
      const [found] = await db.select().from(relaySettings).where(eq(relaySettings.workspaceId, workspaceId))
      return found ?? none
    },
  })
}
