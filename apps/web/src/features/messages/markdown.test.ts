import { describe, expect, it } from 'vitest'
import { markMentions } from './mention-nodes.ts'
import { renderMarkdown } from './markdown.ts'

const html = (text: string) => {
  const box = document.createElement('div')
  box.append(renderMarkdown(text))
  return box
}

const attackers = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:msgbox)',
  '![x](https://example.org/track.gif)',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe src="https://example.org"></iframe>',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '<style>*{display:none}</style>',
]

describe('safe Markdown', () => {
  it.each(attackers)('nothing of %s can run, load or restyle the page', (text) => {
    const box = html(text)
    expect(box.querySelector('script, img, svg, iframe, style, object, form')).toBeNull()
    const attributes = [...box.querySelectorAll('*')].flatMap((element) => [...element.attributes])
    expect(attributes.filter(({ name }) => name.startsWith('on') || name === 'style')).toEqual([])
    for (const link of box.querySelectorAll('a')) expect(link.protocol).toMatch(/^(?:https?|mailto|tel):$/)
  })

  it('HTML that was typed shows as it was typed', () => {
    expect(html('<b>bold</b>').textContent.trim()).toBe('<b>bold</b>')
  })

  it('links open elsewhere and tell nobody where from', () => {
    const link = html('see https://example.org/a').querySelector('a')
    expect(link?.getAttribute('target')).toBe('_blank')
    expect(link?.getAttribute('rel')).toContain('noopener')
  })

  it('a file name is no link', () => {
    expect(html('read README.md and main.rs').querySelector('a')).toBeNull()
  })

  it('code keeps its language and its spaces', () => {
    const code = html('```ts\n  const a = 1 < 2\n```').querySelector('code')
    expect(code?.dataset.language).toBe('ts')
    expect(code?.textContent).toBe('  const a = 1 < 2')
  })

  it('a line break is a line break', () => {
    expect(html('one\ntwo').querySelector('br')).not.toBeNull()
  })
})

describe('mentions in the text', () => {
  const lin = { id: '1', username: 'linwei', displayName: 'Lin Wei' }
  const chen = { id: '2', username: 'chenjing', displayName: '陈静' }
  const people = [lin, chen].map((person) => ({ ...person, bio: '', status: '', image: null, createdAt: '' }))
  const marked = (text: string) => {
    const nodes = renderMarkdown(text)
    markMentions(nodes, people, '1')
    const box = document.createElement('div')
    box.append(nodes)
    return box
  }

  it('become links with the name shown, one’s own marked', () => {
    const links = [...marked('hi @linwei and @陈静你好').querySelectorAll('a.mention')]
    expect(links.map(({ textContent }) => textContent)).toEqual(['@Lin Wei', '@陈静'])
    expect(links.map((link) => link.getAttribute('href'))).toEqual(['/people/linwei', '/people/chenjing'])
    expect(links.map((link) => link.hasAttribute('data-own'))).toEqual([true, false])
  })

  it('a longer name, code and addresses are left alone', () => {
    expect(marked('@linweimin `@linwei` mail@linwei').querySelector('a.mention')).toBeNull()
  })
})
