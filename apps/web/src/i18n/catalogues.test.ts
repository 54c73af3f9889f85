import { describe, expect, it } from 'vitest'
import { catalogues as english } from './en.ts'
import { namespaceOf } from './i18n.ts'
import { catalogues as simplified } from './zh-cn.ts'
import { catalogues as traditional } from './zh-tw.ts'

type Texts = Map<string, string>

const textsOf = (value: unknown, path = ''): [string, string][] => {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is neither text nor a group of texts.`)
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, path ? `${path}.${key}` : key))
}

/** Chinese has one plural form where English has two, so only the form that every language has is compared. */
const allTexts = (catalogues: Record<string, unknown>): Texts =>
  new Map(
    Object.entries(catalogues).flatMap(([file, catalogue]) =>
      textsOf(catalogue)
        .filter(([path]) => !path.endsWith('_one'))
        .map(([path, text]) => [`${namespaceOf(file)}:${path.replace(/_other$/, '')}`, text]),
    ),
  )

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name = '']) => name).toSorted((one, other) => one.localeCompare(other))

describe.each([
  ['zh-CN', simplified],
  ['zh-TW', traditional],
])('the catalogues in %s', (_, catalogues) => {
  const expected = allTexts(english)
  const texts = allTexts(catalogues)

  it('hold the same texts as the English ones', () => {
    expect([...texts.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
  })

  it('fill the same placeholders', () => {
    const differing = [...texts].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(expected.get(key) ?? '').join(),
    )
    expect(differing).toEqual([])
  })
})

it('no text ends with an exclamation mark', () => {
  const loud = [english, simplified, traditional].flatMap((catalogues) =>
    [...allTexts(catalogues)].filter(([, text]) => /[!！]$/.test(text)),
  )
  expect(loud).toEqual([])
})
