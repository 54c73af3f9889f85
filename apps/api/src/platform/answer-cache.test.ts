import { expect, test, vi } from 'vitest'
import { createAnswerCache } from './answer-cache.ts'

const limits = { name: 'test', keptMs: 60_000, entriesMax: 2 }

test('who asks at the same time or later shares one question', async () => {
  const cache = createAnswerCache<string>(limits)
  const load = vi.fn<() => Promise<string>>(async () => 'answer')
  expect(await Promise.all([cache.get('a', load), cache.get('a', load)])).toEqual(['answer', 'answer'])
  expect(await cache.get('a', load)).toBe('answer')
  expect(load).toHaveBeenCalledTimes(1)
})

test('an answer dropped while it was under way is not kept', async () => {
  const cache = createAnswerCache<string>(limits)
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = cache.get('a', () => promise)
  cache.drop('a')
  resolve('outdated')
  expect(await asked).toBe('outdated')
  expect(await cache.get('a', async () => 'current')).toBe('current')
})

test('a failure is not kept', async () => {
  const cache = createAnswerCache<string>(limits)
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  expect(await cache.get('a', async () => 'back')).toBe('back')
})

test('an answer is asked for again once it is too old', async () => {
  const cache = createAnswerCache<string>({ ...limits, keptMs: 0 })
  await cache.get('a', async () => 'first')
  expect(await cache.get('a', async () => 'second')).toBe('second')
})

test('the oldest answer makes room for a new one', async () => {
  const cache = createAnswerCache<string>(limits)
  for (const key of ['a', 'b', 'c']) await cache.get(key, async () => 'first')
  expect(await cache.get('c', async () => 'second')).toBe('first')
  expect(await cache.get('a', async () => 'second')).toBe('second')
})
