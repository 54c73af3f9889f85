import type { RequestOf } from '@parley/protocol/contract'
import type { ChannelTimeouts, createChannel, RelayChannel } from '@parley/protocol/relay-channels'
import { noRates, parseWhole, ratesDraftOf, readRates, type RatesDraft } from './limits.ts'
import { providerNameOf, providerOf, type ProviderName } from './providers.ts'

export const timeoutNames = ['connect_ms', 'headers_ms', 'first_token_ms', 'idle_ms'] as const
export type TimeoutName = (typeof timeoutNames)[number]

/** A channel as it stands in its form. */
export interface ChannelDraft {
  name: string
  provider: ProviderName
  baseUrl: string
  /** Empty keeps the key there is. */
  key: string
  models: readonly string[]
  /** Lines of `name = other name`. */
  mapping: string
  priority: string
  weight: string
  /** In seconds; empty for the usual. */
  timeouts: Record<TimeoutName, string>
  rates: RatesDraft
}

/** What a form begins with for a provider. */
export const channelDraftFor = (provider: ProviderName, name = ''): ChannelDraft => ({
  name,
  provider,
  baseUrl: providerOf(provider).baseUrl,
  key: '',
  models: providerOf(provider).type === 'test' ? providerOf(provider).models : [],
  mapping: '',
  priority: '0',
  weight: '1',
  timeouts: { connect_ms: '', headers_ms: '', first_token_ms: '', idle_ms: '' },
  rates: ratesDraftOf(noRates),
})

export const channelDraftOf = (channel: RelayChannel): ChannelDraft => ({
  name: channel.name,
  provider: providerNameOf(channel),
  baseUrl: channel.base_url,
  key: '',
  models: channel.models,
  mapping: Object.entries(channel.model_mapping)
    .map(([name, other]) => `${name} = ${other}`)
    .join('\n'),
  priority: String(channel.priority),
  weight: String(channel.weight),
  timeouts: {
    connect_ms: secondsInput(channel.timeouts.connect_ms),
    headers_ms: secondsInput(channel.timeouts.headers_ms),
    first_token_ms: secondsInput(channel.timeouts.first_token_ms),
    idle_ms: secondsInput(channel.timeouts.idle_ms),
  },
  rates: ratesDraftOf(channel),
})

const secondsInput = (ms: number) => String(ms / 1_000)

/** A mapping as it was typed, or the number of the first line that is none. */
export function readMapping(text: string): { mapping: Record<string, string> } | { wrongLine: number } {
  const mapping: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [name = '', other = '', ...rest] = line.split('=').map((part) => part.trim())
    if (name === '' || other === '' || rest.length > 0) return { wrongLine: index + 1 }
    mapping[name] = other
  }
  return { mapping }
}

export const priorityOf = (text: string) => parseWhole(text, -1_000, 1_000)
export const weightOf = (text: string) => parseWhole(text, 0, 10_000)

/** Milliseconds of what was typed in seconds; null where it is no time a channel may take. */
export function readSeconds(text: string): number | null {
  const ms = /^\d+(\.\d{1,3})?$/.test(text.trim()) ? Math.round(Number(text) * 1_000) : 0
  return ms >= 100 && ms <= 3_600_000 ? ms : null
}

/** Only the times that were named; null where one cannot be read. */
function readTimeouts(draft: ChannelDraft['timeouts']): Partial<ChannelTimeouts> | null {
  const timeouts: Partial<ChannelTimeouts> = {}
  for (const name of timeoutNames) {
    if (draft[name].trim() === '') continue
    const ms = readSeconds(draft[name])
    if (ms === null) return null
    timeouts[name] = ms
  }
  return timeouts
}

/** What is asked of the server for a draft; null while something in it is missing or cannot be read. */
export function readChannel(draft: ChannelDraft): RequestOf<typeof createChannel>['body'] | null {
  const read = readMapping(draft.mapping)
  const [priority, weight] = [priorityOf(draft.priority), weightOf(draft.weight)]
  const timeouts = readTimeouts(draft.timeouts)
  const rates = readRates(draft.rates)
  const name = draft.name.trim()
  if (name === '' || draft.models.length === 0 || 'wrongLine' in read) return null
  if (priority === null || weight === null || timeouts === null || rates === null) return null
  return {
    name,
    type: providerOf(draft.provider).type,
    base_url: draft.baseUrl.trim(),
    models: [...draft.models],
    model_mapping: read.mapping,
    priority,
    weight,
    timeouts,
    ...rates,
    ...(draft.key.trim() !== '' && { key: draft.key.trim() }),
  }
}
