import { expect, it } from 'vitest'
import { countTokens, tokensOf } from './tokens.ts'

it.each([
  ['You said: 你好!', ['You', ' said', ':', ' 你', '好', '!']],
  ['  naïve 42 👩‍👧\n', ['  naïve', ' 42', ' 👩', '‍', '👧\n']],
  [' \n ', []],
])('cuts %j so that it joins again', (text, cut) => {
  expect(tokensOf(text)).toEqual(cut)
  expect(countTokens(text)).toBe(cut.length)
})

it('takes time in proportion to the text', () => {
  const spaces = ' '.repeat(1_000_000)
  expect(countTokens(spaces)).toBe(0)
  expect(tokensOf(spaces)).toEqual([])
})
