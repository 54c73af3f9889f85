import { expect, test } from 'vitest'
import { createModelMatcher } from './model-patterns.ts'

test.each([
  [['gpt-5'], 'gpt-5', true],
  [['gpt-5'], 'gpt-5-mini', false],
  [['gpt-*'], 'gpt-5', true],
  [['gpt-*'], 'gpt-', true],
  [['gpt-*'], 'my-gpt-5', false],
  [['*-mini'], 'gpt-5-mini', true],
  [['*-mini'], 'gpt-5-mini-2', false],
  [['gpt-*-mini'], 'gpt-5-mini', true],
  [['gpt-*-mini'], 'gpt-mini', false],
  [['a*a'], 'a', false],
  [['a*a'], 'aa', true],
  [['*b*'], 'abc', true],
  [['a*b*c'], 'a-c-b', false],
  [['gpt.5'], 'gpt-5', false],
  [['*'], 'anything', true],
  [['x', 'claude-*'], 'claude-4', true],
  [[], 'gpt-5', false],
])('%j and %s: %s', (patterns, model, expected) => {
  expect(createModelMatcher(patterns)(model)).toBe(expected)
})

test('a pattern of many stars takes no longer than the name is long', () => {
  const matches = createModelMatcher([`${'a*'.repeat(60)}b`])
  const startedAtMs = performance.now()
  expect(matches('a'.repeat(5_000))).toBe(false)
  expect(performance.now() - startedAtMs).toBeLessThan(100)
})
