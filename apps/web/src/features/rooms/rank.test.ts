import { expect, it } from 'vitest'
import { rank } from './rank.ts'

const names = (query: string, ...given: string[]) =>
  rank(
    given.map((name) => ({ name })),
    query,
  ).map(({ name }) => name)

it('a whole name comes before a start, a start before the start of a word, that before the inside', () => {
  expect(names('design', 'redesign', 'team design', 'design-system', 'Design')).toEqual([
    'Design',
    'design-system',
    'team design',
    'redesign',
  ])
})

it('finds any part of a Chinese name, and full-width letters as plain ones', () => {
  expect(names('值班', '运维值班', '设计')).toEqual(['运维值班'])
  expect(names('ＡＢＣ', 'abc')).toEqual(['abc'])
})

it('keeps the order it was given among equals, and leaves out what does not answer', () => {
  expect(names('', 'b', 'a')).toEqual(['b', 'a'])
  expect(names('x', 'b', 'a')).toEqual([])
})
