import { describe, expect, it } from 'vitest'
import { complete, completionAt } from './completion.ts'
import { findShortcodes } from './find-shortcodes.ts'
import { isLong, opening } from './long-text.ts'
import { mentionsIn } from './mentions.ts'
import { plainText } from './preview-text.ts'
import { isSendKey } from './send-key.ts'
import { bodiesOf } from './use-send.ts'

const enter = { key: 'Enter', shiftKey: false, altKey: false, keyCode: 13, isComposing: false }

describe('Enter', () => {
  it('sends alone, and breaks the line with Shift', () => {
    expect(isSendKey(enter)).toBe(true)
    expect(isSendKey({ ...enter, shiftKey: true })).toBe(false)
  })

  it('never sends while an input method composes, however the browser says so', () => {
    expect(isSendKey({ ...enter, isComposing: true })).toBe(false)
    expect(isSendKey({ ...enter, keyCode: 229 })).toBe(false)
  })
})

describe('completion', () => {
  const at = (marked: string) => completionAt(marked.replace('|', ''), marked.indexOf('|'))

  it('begins with a sign at the start of a word', () => {
    expect(at('@li|')).toEqual({ kind: 'mention', query: 'li', from: 0 })
    expect(at('hello @|')).toEqual({ kind: 'mention', query: '', from: 6 })
    expect(at('你好 @陈|')).toEqual({ kind: 'mention', query: '陈', from: 3 })
    expect(at('nice :smi| one')).toEqual({ kind: 'emoji', query: 'smi', from: 5 })
  })

  it('is not offered in an address, a time or a single colon', () => {
    expect(at('mail@exa|')).toBeNull()
    expect(at('at 14:30|')).toBeNull()
    expect(at('so:|')).toBeNull()
    expect(at(':)|')).toBeNull()
  })

  it('puts what was chosen in place and the caret behind it', () => {
    const text = 'hi @li there'
    expect(complete(text, { kind: 'mention', query: 'li', from: 3 }, '@linwei')).toEqual({
      text: 'hi @linwei there',
      caret: 11,
    })
  })

  it('finds emoji by the beginning of their short name first', () => {
    const emoji = [
      { unicode: '😺', shortcodes: ['smiley_cat'] },
      { unicode: '😄', shortcodes: ['smile'] },
      { unicode: '😼', shortcodes: ['cat_smile'] },
    ].map((one) => ({ ...one, label: '', group: 'smileys' as const, words: '' }))
    expect(findShortcodes(emoji, 'smil', 3).map(({ unicode }) => unicode)).toEqual(['😄', '😺', '😼'])
  })
})

describe('mentions of a text', () => {
  const people = [
    { id: '1', username: 'lin', displayName: 'Lin' },
    { id: '2', username: 'linwei', displayName: 'Lin Wei' },
    { id: '3', username: 'chenjing', displayName: '陈静' },
  ]

  it('are found by username and by name, each person once', () => {
    expect(mentionsIn('@linwei @Lin Wei @陈静请看', people)).toEqual(['2', '3'])
  })

  it('the longer name wins over one it begins with', () => {
    expect(mentionsIn('@linwei', people)).toEqual(['2'])
  })

  it('a name inside a word mentions nobody', () => {
    expect(mentionsIn('a@lin.example @linus', people)).toEqual([])
  })
})

describe('previews', () => {
  it('show words without their markup', () => {
    expect(plainText('**Two** things:\n\n1. _this_ and `that`\n> quoted [link](https://example.org)')).toBe(
      'Two things: this and that quoted link',
    )
  })

  it('show the cells of a table side by side', () => {
    expect(plainText('Load:\n\n| Room | Peak |\n| :--- | ---: |\n| Ops | 12 |\n\nso far')).toBe(
      'Load: Room Peak Ops 12 so far',
    )
    expect(plainText('Room | Peak\n-|-\na \\| b | 12')).toBe('Room Peak a | b 12')
  })

  it('leave signs that are no markup', () => {
    expect(plainText('2 * 3 * 4, snake_case_name')).toBe('2 * 3 * 4, snake_case_name')
    expect(plainText('cat log | grep error\nor a || b')).toBe('cat log | grep error or a || b')
  })

  it('stay short however long the message is', () => {
    expect(plainText('x'.repeat(16_000)).length).toBeLessThanOrEqual(300)
  })
})

describe('long messages', () => {
  it('three thousand lines begin with twenty', () => {
    const text = Array.from({ length: 3_000 }, (_, line) => `line ${line}`).join('\n')
    expect(isLong(text)).toBe(true)
    expect(opening(text).split('\n')).toHaveLength(21)
  })

  it('a few lines are shown whole', () => {
    expect(isLong('a\nb\nc')).toBe(false)
  })
})

describe('what is sent', () => {
  const file = { id: '7', scene: 'message', kind: 'file', name: 'a', mime: 'b', bytes: 1, createdAt: '' } as const

  it('words with files become their caption', () => {
    expect(bodiesOf('look', [], [file])).toEqual([{ kind: 'media', fileIds: ['7'], caption: 'look' }])
  })

  it('words too long for a caption follow as a message of their own', () => {
    expect(bodiesOf('x'.repeat(2_001), [], [file]).map(({ kind }) => kind)).toEqual(['media', 'text'])
  })

  it('nothing is sent of nothing', () => {
    expect(bodiesOf('', [], [])).toEqual([])
  })
})
