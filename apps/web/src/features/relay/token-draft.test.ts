import { expect, it } from 'vitest'
import { changesOf } from './changes.ts'
import { newToken, readToken, tokenDraftOf } from './token-draft.ts'

const token = {
  id: '7',
  group: 'team',
  name: 'Crawler',
  key_shown: 'pk-abc',
  previous_key_until: null,
  status: 'enabled' as const,
  owner: null,
  expired_at: new Date(2030, 0, 2).getTime(),
  models: ['gpt-*'],
  subnets: null,
  rpm: 60,
  tpm: null,
  concurrency: null,
  quota: { total: 12_500_000, day: null, week: null, month: null },
  used: { total: 0, day: 0, week: 0, month: 0, reserved: 0 },
  options: {},
  created_at: 0,
}

it('a token that is looked at and saved is not changed', () => {
  const draft = tokenDraftOf(token)
  expect(draft.lastDay).toBe('2030-01-01')
  expect(readToken(draft)).toMatchObject({
    name: 'Crawler',
    models: ['gpt-*'],
    subnets: null,
    expired_at: token.expired_at,
    quota: token.quota,
    rpm: 60,
  })
})

it('only what was changed is sent', () => {
  const before = readToken(tokenDraftOf(token))
  const after = readToken({ ...tokenDraftOf(token), cacheSeconds: '60', models: [] })
  if (before === null || after === null) throw new Error('both can be read')
  expect(changesOf(before, after)).toEqual({ models: null, options: { cache_ttl_seconds: 60 } })
})

it.each([
  { name: ' ' },
  { cacheSeconds: '2592001' },
  { quota: { ...newToken.quota, day: '1,5' } },
  { rates: { ...newToken.rates, rpm: '0' } },
])('%o cannot be sent', (wrong) => {
  expect(readToken({ ...newToken, name: 'Crawler', ...wrong })).toBeNull()
})
