import type { Locale } from '@parley/protocol/people'
import { and, eq, inArray } from 'drizzle-orm'
import type { Dispatcher } from 'undici'
import type { Cluster } from '../../../platform/cluster.ts'
import type { Database } from '../../../platform/database.ts'
import type { Encryption } from '../../../platform/encryption.ts'
import type { EventBus } from '../../../platform/events.ts'
import { createLimiter } from '../../../platform/limiter.ts'
import type { Mailer } from '../../../platform/mail.ts'
import { relayAlerts } from '../../../platform/metrics.ts'
import { users } from '../../identity/tables.ts'
import { webhookContext } from '../admin/settings.ts'
import type { RelayEvents } from '../events.ts'
import type { RelayWishes } from '../settings.ts'
import type { WorkspaceMemory } from '../workspace-memory.ts'
import { banAlert, budgetAlert, type Alert } from './alert.ts'
import { letterFor } from './letters.ts'
import { deliver } from './webhook.ts'

interface AlertDependencies {
  db: Database
  events: EventBus<RelayEvents>
  cluster: Pick<Cluster, 'redis' | 'key'> | null
  mailer: Mailer
  encryption: Encryption
  wishesOf: WorkspaceMemory<RelayWishes>
  /** Calls webhooks, at addresses that may be called. */
  dispatcher: Dispatcher
  log: { error(context: object, message: string): void }
}

/** A channel that keeps failing is told of once in this time. */
const banQuietMs = 5 * 60_000
const bansMax = 10_000

/** Whether this is the first ban of a channel in a while, on any node. */
function createBanQuiet(cluster: AlertDependencies['cluster']) {
  const toldAtMs = new Map<string, number>()

  return async function isNews(channelId: string): Promise<boolean> {
    const nowMs = performance.now()
    if (nowMs - (toldAtMs.get(channelId) ?? -Infinity) < banQuietMs) return false
    if (toldAtMs.size >= bansMax) toldAtMs.clear()
    toldAtMs.set(channelId, nowMs)
    if (cluster?.redis.status !== 'ready') return true
    const name = cluster.key(`relay-ban-told:${channelId}`)
    // Better told twice than never, should Redis fail.
    return cluster.redis.set(name, '1', 'PX', banQuietMs, 'NX').then(
      (set) => set !== null,
      () => true,
    )
  }
}

const locales: readonly string[] = ['en', 'zh-CN', 'zh-TW'] satisfies Locale[]
const isLocale = (text: string): text is Locale => locales.includes(text)

/** Tells whom workspaces named of budgets that run out and of channels that fail. What cannot be sent is logged and counted. */
export function createAlerts(dependencies: AlertDependencies) {
  const { db, events, mailer, encryption, wishesOf, dispatcher, log } = dependencies
  const isNews = createBanQuiet(dependencies.cluster)
  const stop = new AbortController()
  const underWay = new Set<Promise<void>>()
  const limiter = createLimiter({
    concurrency: 4,
    queueMax: 500,
    refuse: () => new Error('too many alerts wait to be sent'),
  })

  /** Those who have an account here read their own language. */
  async function localesOf(workspaceId: string, emails: string[]): Promise<Map<string, Locale>> {
    const found = await db
      .select({ email: users.email, locale: users.locale })
      .from(users)
      .where(and(eq(users.workspaceId, workspaceId), inArray(users.email, emails)))
    return new Map(
      found.flatMap(({ email, locale }) => (isLocale(locale) ? [[email.toLowerCase(), locale] as const] : [])),
    )
  }

  async function mailAll(alert: Alert, emails: string[]): Promise<void> {
    const known = await localesOf(alert.workspaceId, emails)
    const send = (to: string) => mailer.send({ to, ...letterFor(alert, known.get(to.toLowerCase()) ?? 'en') })
    const failed = (await Promise.allSettled(emails.map(send))).filter(({ status }) => status === 'rejected')
    if (failed.length > 0)
      throw new AggregateError(
        failed.map((one) => ('reason' in one ? one.reason : null)),
        `${failed.length} of ${emails.length} mails could not be sent`,
      )
  }

  async function post(alert: Alert, { alertWebhookUrl: url, alertWebhookSecretSealed: sealed }: RelayWishes) {
    if (url === null) return
    const secret = sealed === null ? null : encryption.open(sealed, webhookContext(alert.workspaceId))
    await deliver({ url, secret, body: JSON.stringify(alert), dispatcher, signal: stop.signal })
  }

  /** Counts and logs how one way of telling ended. */
  async function tried(alert: Alert, way: 'webhook' | 'mail', telling: () => Promise<void>): Promise<void> {
    const kind = alert.type === 'relay.budget' ? 'budget' : 'ban'
    try {
      await telling()
      relayAlerts.inc({ kind, outcome: 'sent' })
    } catch (error) {
      relayAlerts.inc({ kind, outcome: 'failed' })
      log.error({ err: error, workspaceId: alert.workspaceId, alertId: alert.id, way }, 'an alert could not be sent')
    }
  }

  async function tell(workspaceId: string, make: () => Promise<Alert>): Promise<void> {
    const wishes = await wishesOf(workspaceId)
    const emails = mailer.enabled ? wishes.alertEmails : []
    if (wishes.alertWebhookUrl === null && emails.length === 0) return
    const alert = await make()
    await Promise.all([
      wishes.alertWebhookUrl !== null && tried(alert, 'webhook', () => post(alert, wishes)),
      emails.length > 0 && tried(alert, 'mail', () => mailAll(alert, emails)),
    ])
  }

  function later(kind: 'budget' | 'ban', workspaceId: string, make: () => Promise<Alert>): void {
    const work = limiter
      .run(() => tell(workspaceId, make))
      .catch((error: unknown) => {
        relayAlerts.inc({ kind, outcome: 'failed' })
        log.error({ err: error, workspaceId }, 'an alert could not be made')
      })
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }

  events.on('relay.budget', (event) => later('budget', event.workspaceId, () => budgetAlert(db, event)))
  events.on('relay.banned', (event) => {
    void isNews(event.channelId).then((news) => {
      if (news) later('ban', event.workspaceId, () => banAlert(db, event))
    })
  })

  return {
    /** Ends what is being sent. */
    async close(): Promise<void> {
      stop.abort(new Error('the server is closing'))
      await Promise.all(underWay)
    },
  }
}
