import type { RequestOf } from '@parley/protocol/contract'
import type { RelaySettings, updateRelaySettings } from '@parley/protocol/relay-settings'
import { eq } from 'drizzle-orm'
import { recordAudit } from '../../../platform/audit.ts'
import type { Queryable } from '../../../platform/database.ts'
import type { Actor } from '../../../platform/http/actor.ts'
import { ownerOf, readBalances, setQuotas } from '../accounting/balances.ts'
import { relaySettings } from '../tables.ts'
import { personOf } from './asker.ts'
import { budgetOf, quotasOf } from './budget.ts'
import { valuesBefore } from './column-values.ts'
import type { RelayAdminDependencies } from './dependencies.ts'

type Change = RequestOf<typeof updateRelaySettings>['body']

/** What a workspace has that never said what it wants. */
const usual = {
  outputTokensDefault: 4_096,
  promptLogDays: 0,
  alertWebhookUrl: null,
  alertWebhookSecretSealed: null,
  alertEmails: [],
}

/** The audit log masks whatever is named for tokens; a number of them is no secret. */
const audited = ({ output_tokens_default: outputDefault, ...values }: Record<string, unknown>) => ({
  ...values,
  ...(outputDefault !== undefined && { outputDefault }),
})

/** What the webhook's key was encrypted for. */
export const webhookContext = (workspaceId: string): string => `relay webhook ${workspaceId}`

/** What a workspace wants of its relay, and what it may spend as a whole. */
export function createSettings({ db, events, encryption }: RelayAdminDependencies) {
  async function readFrom(tx: Queryable, workspaceId: string): Promise<RelaySettings> {
    const owner = ownerOf.workspace(workspaceId)
    const [found] = await tx.select().from(relaySettings).where(eq(relaySettings.workspaceId, workspaceId))
    const balance = (await readBalances(tx, [owner])).get(owner)
    if (!balance) throw new Error(`no balance was read of workspace ${workspaceId}`)
    const settings = found ?? usual
    return {
      output_tokens_default: settings.outputTokensDefault,
      prompt_log_days: settings.promptLogDays,
      alert_webhook_url: settings.alertWebhookUrl,
      has_alert_webhook_secret: settings.alertWebhookSecretSealed !== null,
      alert_emails: settings.alertEmails,
      ...budgetOf(balance),
    }
  }

  function columnsOf(workspaceId: string, { alert_webhook_secret: secret, ...wanted }: Omit<Change, 'quota'>) {
    const { output_tokens_default, prompt_log_days, alert_webhook_url, alert_emails } = wanted
    return {
      ...(output_tokens_default !== undefined && { outputTokensDefault: output_tokens_default }),
      ...(prompt_log_days !== undefined && { promptLogDays: prompt_log_days }),
      ...(alert_webhook_url !== undefined && { alertWebhookUrl: alert_webhook_url }),
      ...(alert_emails !== undefined && { alertEmails: alert_emails }),
      ...(secret !== undefined && {
        alertWebhookSecretSealed: secret === null ? null : encryption.seal(secret, webhookContext(workspaceId)),
      }),
    }
  }

  return {
    read: ({ workspaceId }: Actor) => readFrom(db, workspaceId),
    async change(actor: Actor, change: Change): Promise<RelaySettings> {
      const { workspaceId } = actor
      const { quota, ...wanted } = change
      const settings = await db.transaction(async (tx) => {
        const before = await readFrom(tx, workspaceId)
        const columns = columnsOf(workspaceId, wanted)
        if (Object.keys(columns).length > 0) {
          const values = { workspaceId, ...usual, ...columns }
          await tx.insert(relaySettings).values(values).onDuplicateKeyUpdate({ set: columns })
        }
        if (quota !== undefined) await setQuotas(tx, ownerOf.workspace(workspaceId), quotasOf(quota))
        await recordAudit(tx, {
          workspaceId,
          actorId: personOf(actor),
          action: 'relay-settings.changed',
          targetKind: 'workspace',
          targetId: workspaceId,
          before: audited(valuesBefore(before, change)),
          after: audited(change),
        })
        return readFrom(tx, workspaceId)
      })
      await events.announce('relay.changed', { workspaceId, kind: 'settings' })
      return settings
    },
  }
}
