import type { RequestOf } from '@parley/protocol/contract'
import type { RelaySettings, updateRelaySettings } from '@parley/protocol/relay-settings'
import { parseWhole, quotaDraftOf, readQuota, type QuotaDraft } from './limits.ts'

/** The settings as they stand in their form. */
export interface SettingsDraft {
  outputTokens: string
  promptDays: string
  webhook: string
  /** Empty keeps the one there is. */
  secret: string
  emails: readonly string[]
  quota: QuotaDraft
}

export const settingsDraftOf = (settings: RelaySettings): SettingsDraft => ({
  outputTokens: String(settings.output_tokens_default),
  promptDays: String(settings.prompt_log_days),
  webhook: settings.alert_webhook_url ?? '',
  secret: '',
  emails: settings.alert_emails,
  quota: quotaDraftOf(settings.quota),
})

export const outputTokensOf = (text: string) => parseWhole(text, 1, 10_000_000)
export const daysOf = (text: string) => parseWhole(text, 0, 365)
export const isWebhook = (text: string) => text.trim() === '' || /^https?:\/\/\S+$/.test(text.trim())
export const isSecret = (text: string) => text === '' || text.length >= 16

/** What is asked of the server for a draft; null while something in it cannot be read. */
export function readSettings(draft: SettingsDraft): RequestOf<typeof updateRelaySettings>['body'] | null {
  const outputTokens = outputTokensOf(draft.outputTokens)
  const days = daysOf(draft.promptDays)
  const quota = readQuota(draft.quota)
  if (outputTokens === null || days === null || quota === null) return null
  if (!isWebhook(draft.webhook) || !isSecret(draft.secret)) return null
  return {
    output_tokens_default: outputTokens,
    prompt_log_days: days,
    alert_webhook_url: draft.webhook.trim() || null,
    alert_emails: [...draft.emails],
    quota,
    ...(draft.secret !== '' && { alert_webhook_secret: draft.secret }),
  }
}
