import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { booleanQuery, indexTerms, needle, queryTerms } from './terms.ts'

/** What a scan of the terms finds, and what a boolean FULLTEXT query of required terms means: the same. */
function finds(query: string, text: string): boolean {
  const terms = queryTerms(query)
  const indexed = indexTerms(text).split(' ')
  const byScan = terms.every((term) => ` ${indexed.join(' ')} `.includes(needle(term)))
  const byIndex = terms.map(booleanQuery).every((required) => {
    const wanted = required.slice(1)
    return wanted.endsWith('*') ? indexed.some((one) => one.startsWith(wanted.slice(0, -1))) : indexed.includes(wanted)
  })
  expect(byScan).toBe(byIndex)
  return terms.length > 0 && byScan
}

describe('search terms', () => {
  it.each([
    ['rollback', 'The Rollback script was tried twice'],
    ['roll', 'The rollback script'],
    ['the to', 'Go to the end'],
    ['回滚', '回滚脚本已经试过两次了'],
    ['脚本已经', '回滚脚本已经试过两次了'],
    ['滚', '回滚脚本'],
    ['30 秒', '都在 30 秒内完成'],
    ['ＡＢＣ', 'abc'],
    ['über', 'Über uns'],
    ['データ', 'データベース'],
  ])('%j finds %j', (query, text) => expect(finds(query, text)).toBe(true))

  it.each([
    ['滚回', '回滚脚本'],
    ['roll ', 'rollback'],
    ['missing rollback', 'rollback'],
    ['!!!', 'anything!!!'],
  ])('%j does not find %j', (query, text) => expect(finds(query, text)).toBe(false))

  it('every word of a text finds the text, and terms are ASCII within what InnoDB indexes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 5 }),
        (words) => {
          const text = words.join(' ')
          const searchable = words.filter((word) => queryTerms(word).length > 0)
          expect(searchable.filter((word) => !finds(word, text))).toEqual([])
          for (const term of indexTerms(text).split(' ').filter(Boolean)) expect(term).toMatch(/^[a-z0-9_]{3,84}$/)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('a text has no more terms than are counted, in scripts without spaces too', () => {
    const characters = Array.from({ length: 8_000 }, (_, index) => String.fromCodePoint(0x4e00 + index))
    expect(indexTerms(characters.join('')).split(' ')).toHaveLength(4_000)
  })

  it('no query can carry an operator of the boolean syntax', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        for (const term of queryTerms(query)) expect(booleanQuery(term)).toMatch(/^\+[a-z0-9_]+\*?$/)
      }),
    )
  })
})
