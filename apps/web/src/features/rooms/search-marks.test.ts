import { describe, expect, it } from 'vitest'
import { markedParts } from './search-marks.ts'

const marked = (text: string, query: string) =>
  markedParts(text, query)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join('')

describe('the words of a search hit', () => {
  it('are marked whatever their case, from the beginning of a word', () => {
    expect(marked('Rollback of the backend: roll it back', 'ROLL back')).toBe(
      '[Roll]back of the [back]end: [roll] it [back]',
    )
  })

  it('are marked in Chinese, whole or in pairs', () => {
    expect(marked('回滚脚本已经试过两次', '脚本')).toBe('回滚[脚本]已经试过两次')
    expect(marked('脚本可以回滚，数据库也可以', '回滚脚本')).toBe('[脚本]可以[回滚]，数据库也可以')
  })

  it('are marked as they stand, however odd the query', () => {
    expect(marked('a.b (c)', '(.*')).toBe('a.b (c)')
    expect(marked('what is a+b', 'a+b')).toBe('what is [a]+[b]')
  })

  it('begin near the first word found in a long text', () => {
    const text = `${'far away '.repeat(100)}needle in the hay`
    const parts = markedParts(text, 'needle')
    expect(parts[0]).toEqual({ text: '…', marked: false })
    expect(parts.find((part) => part.marked)?.text).toBe('needle')
    expect(parts[1]?.text.length).toBeLessThan(100)
  })
})
