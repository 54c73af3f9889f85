import { expect, it } from 'vitest'
import { changesOf } from './changes.ts'
import { channelDraftFor, channelDraftOf, readChannel, readMapping, readSeconds } from './channel-draft.ts'
import { providerNameOf, providerNames, providers } from './providers.ts'

const channel = {
  id: '3',
  name: 'Azure',
  type: 'openai' as const,
  base_url: 'https://ours.openai.azure.com/openai/v1',
  has_key: true,
  models: ['gpt-4.1'],
  model_mapping: { 'gpt-4.1': 'our-deployment' },
  priority: 10,
  weight: 2,
  status: 'enabled' as const,
  timeouts: { connect_ms: 5_000, headers_ms: 60_000, first_token_ms: 1_500, idle_ms: 30_000 },
  rpm: 60,
  tpm: null,
  concurrency: null,
  health: { state: 'healthy' as const, samples: 0, failures: 0, error_rate: 0, banned_until: null },
  created_at: 0,
}

const read = (draft: Parameters<typeof readChannel>[0]) => {
  const wanted = readChannel(draft)
  if (wanted === null) throw new Error('it can be read')
  return wanted
}

it('a channel that is looked at and saved is not changed, and keeps its key', () => {
  const draft = channelDraftOf(channel)
  expect(changesOf(read(draft), read(draft))).toEqual({})
  const { name, type, base_url, models, model_mapping, priority, weight, timeouts, rpm } = channel
  expect(read(draft)).toMatchObject({ name, type, base_url, models, model_mapping, priority, weight, timeouts, rpm })
  expect(read(draft)).not.toHaveProperty('key')
})

it('a new key and a new name are all that is sent', () => {
  const draft = channelDraftOf(channel)
  const changes = changesOf(read(draft), read({ ...draft, name: 'Azure West', key: ' secret ' }))
  expect(changes).toEqual({ name: 'Azure West', key: 'secret' })
})

it('the built-in test upstream needs nothing but a name', () => {
  expect(read(channelDraftFor('answers', 'Test'))).toMatchObject({ type: 'test', base_url: 'answers' })
})

it.each([{ name: '' }, { models: [] }, { mapping: 'gpt-4.1' }, { priority: '1.5' }, { weight: '-1' }])(
  '%o cannot be sent',
  (wrong) => {
    expect(readChannel({ ...channelDraftOf(channel), ...wrong })).toBeNull()
  },
)

it('a mapping is read line by line, and the first wrong line is named', () => {
  expect(readMapping('a = b\n\n c=d ')).toEqual({ mapping: { a: 'b', c: 'd' } })
  expect(readMapping('a = b\nc')).toEqual({ wrongLine: 2 })
  expect(readMapping('a = b = c')).toEqual({ wrongLine: 1 })
})

it.each([
  ['0.1', 100],
  ['1.5', 1_500],
  ['3600', 3_600_000],
  ['0', null],
  ['3601', null],
  ['1e2', null],
])('%s seconds are %s ms', (text, ms) => {
  expect(readSeconds(text)).toBe(ms)
})

it('a channel is recognised as the provider it was made for', () => {
  const recognised = providerNames.map((name) =>
    providerNameOf({ type: providers[name].type, base_url: providers[name].baseUrl }),
  )
  expect(recognised).toEqual(providerNames)
  expect(providerNameOf(channel)).toBe('compatible')
  expect(providerNameOf({ type: 'anthropic', base_url: '' })).toBe('anthropic')
})
