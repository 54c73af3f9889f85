import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkPattern,
  checkText,
  compileGuardrail,
  createTextScan,
  GuardrailStop,
  type GuardrailRule,
  workedMs,
} from './engine.ts'
import { lengthOfPattern } from './pattern-length.ts'

const rule = (kind: GuardrailRule['kind'], matches: string[], action: GuardrailRule['action'] = 'redact') =>
  compileGuardrail({ name: matches[0] ?? '', kind, matches, action, direction: 'both' })
const keyword = (...words: string[]) => rule('keyword', words)
const pattern = (...sources: string[]) => rule('pattern', sources)
const textOf = (guards: ReturnType<typeof rule>, text: string) => {
  const verdict = checkText(guards, text)
  return verdict.ok ? verdict.text : `refused by ${verdict.guardrail}`
}

describe('keywords', () => {
  test.each([
    ['Tell Falcon nothing', 'Tell [redacted] nothing'],
    ['FALCON, falcon!', '[redacted], [redacted]!'],
    ['falconry and myfalcon stay', 'falconry and myfalcon stay'],
    ['ｆａｌｃｏｎ in full width', '[redacted] in full width'],
    ['fal\u00ADc\u200Bon with signs nobody sees', '[redacted] with signs nobody sees'],
    ['我们叫它falcon吧', '我们叫它[redacted]吧'],
    ['falc\u006f\u0301n is another word', 'falc\u006f\u0301n is another word'],
    ['', ''],
  ])('a whole word, in any case and form: %s', (text, expected) => {
    expect(textOf(keyword('falcon'), text)).toBe(expected)
  })

  test.each([
    [['绝密'], '这是绝密文件', '这是[redacted]文件'],
    [['ガス'], 'ｶﾞｽの話', '[redacted]の話'],
    [['한글'], '\u1112\u1161\u11ab\u1100\u1173\u11af로', '[redacted]로'],
    [['c++', 'c'], 'C++ and c', '[redacted] and [redacted]'],
    [['new york', 'new'], 'new york is new', '[redacted] is [redacted]'],
    [['a.b'], 'a.b but axb', '[redacted] but axb'],
  ])('%s as it is written', (words, text, expected) => {
    expect(textOf(keyword(...words), text)).toBe(expected)
  })
})

describe('patterns', () => {
  test.each([
    [String.raw`\b\d{4}-\d{4}\b`, 'call 1234-5678 now', 'call [redacted] now'],
    [String.raw`\d{4}`, '１２３４ in full width', '[redacted] in full width'],
    ['^begin', 'begin, begin', '[redacted], begin'],
    ['end$', 'end, end', 'end, [redacted]'],
    ['a|ab', 'ab', '[redacted]b'],
  ])('%s', (source, text, expected) => {
    expect(textOf(pattern(source), text)).toBe(expected)
  })

  test('overlapping matches of several become one mark', () => {
    expect(textOf([...pattern('abc', 'cde'), ...keyword('xabcde')], 'xabcde f abc cde')).toBe(
      '[redacted] f [redacted] [redacted]',
    )
  })

  test.each([
    ['(', 'cannot be read'],
    [String.raw`(a)\1`, 'cannot be read'],
    ['(?=a)b', 'cannot be read'],
    ['a*', 'empty text'],
    ['((a{1,1000}){1,1000}){1,1000}', 'cannot be read'],
    ['[a-z]{1000}'.repeat(10), 'too large'],
    ['a'.repeat(1_001), 'at most'],
  ])('%s cannot be used, and it is said why', (source, reason) => {
    expect(checkPattern(source)).toContain(reason)
    expect(() => pattern(source)).toThrow(reason)
  })

  test('one that would stop another engine for years is answered at once', () => {
    const text = `${'a'.repeat(30_000)}!`
    const startedMs = workedMs()
    expect(textOf(pattern('(a+)+$', '(a|aa)+$', '(.*a){20}$'), text)).toBe(text)
    expect(workedMs() - startedMs).toBeLessThan(1_000)
  })

  test('one made to look through the text again and again is stopped, and the text refused', () => {
    const startedMs = workedMs()
    expect(textOf(pattern(String.raw`x|x(?s:.*)!`, String.raw`(?s)x.*y|x`), 'x'.repeat(1_000_000))).toMatch('refused')
    expect(workedMs() - startedMs).toBeLessThan(1_000)
  })

  test.each([
    ['abc', 3, 3],
    ['a|bcd', 1, 3],
    [String.raw`\b\d{16}\b`, 16, 16],
    ['(?i)(ab){2,3}', 4, 6],
    ['(?P<n>a?)(?:b)*', 0, Infinity],
    ['sk-[A-Za-z0-9]{20,}', 23, Infinity],
    [String.raw`[\]x][^a]\pL\p{Han}\x{1F600}\x41\Qa*\E[[:alpha:]]+?`, 9, Infinity],
    ['x{,3}', 5, 5],
    [String.raw`.[]a]$`, 2, 3],
  ])('the length of %s is known', (source, shortest, longest) => {
    expect(checkPattern(source) ?? 'empty text').toContain('empty text')
    expect(lengthOfPattern(source)).toEqual({ shortest, longest })
  })
})

/** The text as a stream guard lets it out, cut at the places given. */
function streamed(guards: ReturnType<typeof rule>, text: string, cuts: number[]): string {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((one, other) => one - other)
  const scan = createTextScan(guards)
  let out = ''
  let from = 0
  try {
    for (const place of places) {
      out += scan.push(text.slice(from, place), false)
      from = place
    }
    return out + scan.push(text.slice(from), true)
  } catch (error) {
    if (error instanceof GuardrailStop) return `refused by ${error.guardrail}`
    throw error
  }
}

describe('a text that comes in pieces', () => {
  const pieces = [
    'a',
    'b',
    'ab',
    'aba',
    'A',
    ' ',
    '\n',
    '1',
    '12',
    'é',
    'e\u0301',
    'Ａ',
    '😀',
    '密',
    '绝密',
    'ﷺ',
    '\u200D',
    'ｶﾞ',
    '\uD83D',
  ]
  const guards = fc.subarray(
    [
      ...keyword('ab', 'aba', 'b a'),
      ...keyword('绝密', 'é', 'ガ'),
      ...pattern(String.raw`\b\d{1,4}\b`, '(?m)^a.b', 'b{2,5}a|b', String.raw`a\s?a$`, 'صلى'),
      ...rule('keyword', ['secret word'], 'refuse'),
      ...rule('pattern', ['12 ?12 ?12'], 'refuse'),
    ],
    { minLength: 1 },
  )
  const texts = fc.array(fc.constantFrom(...pieces, 'secret word'), { maxLength: 60 }).map((parts) => parts.join(''))

  test('goes out as it would have gone as a whole, wherever it was cut', () => {
    fc.assert(
      fc.property(guards, texts, fc.array(fc.nat(200), { maxLength: 40 }), (chosen, text, cuts) => {
        expect(streamed(chosen, text, cuts)).toBe(textOf(chosen, text))
      }),
      { numRuns: 3_000 },
    )
  })

  test('goes out but for its last characters', () => {
    const scan = createTextScan(keyword('falcon'))
    expect(scan.push('The bird of prey is a fal', false)).toBe('The bird of prey ')
    expect(scan.push('con', false)).toBe('is ')
    expect(scan.push('.', true)).toBe('a [redacted].')
    expect(scan.hits()).toBe(1)
  })

  test('a long key is found by its beginning, however slowly it comes', () => {
    const guard = pattern('key-[A-Za-z0-9]{20,}')
    const text = `It is key-${'aB3'.repeat(300)}, keep it.`
    expect(
      streamed(
        guard,
        text,
        [...text].map((_, index) => index),
      ),
    ).toBe('It is [redacted], keep it.')
  })

  test('a long one goes out as it would have gone in shorter parts, wherever a match stands', () => {
    const secret = `key-${'aB3'.repeat(1_000)}`
    for (const before of [32_700, 32_764, 32_768, 30_000, 65_530, 98_000])
      for (const [watching, match] of [
        [keyword('falcon'), 'falcon'],
        [pattern(String.raw`\b\d{4}-\d{4}\b`), '1234-5678'],
        [pattern('key-[A-Za-z0-9]{20,}'), secret],
        [pattern('(?s)BEGIN.*?END'), `BEGIN ${'x '.repeat(1_500)}END`],
      ] as const) {
        const fill = 'wörd '.repeat(before).slice(0, before - 1)
        expect(textOf([...watching], `${fill} ${match} ${fill}`)).toBe(`${fill} [redacted] ${fill}`)
      }
  })

  test('a match without an end does not hold a stream back for ever', () => {
    const scan = createTextScan(pattern('x+'))
    let out = ''
    for (let count = 0; count < 100; count += 1) out += scan.push('x'.repeat(100), false)
    expect(out).toMatch(/^(\[redacted\])+$/)
  })
})
