import highlighter from 'highlight.js/lib/common'
import { purified } from './markdown.ts'

const lengthMax = 20_000

/** Colours a block of code; leaves it as it is when its language is not known. */
export function highlight(code: HTMLElement): void {
  const language = code.dataset.language ?? ''
  const source = code.textContent
  if (!highlighter.getLanguage(language) || source.length > lengthMax) return
  code.replaceChildren(purified(highlighter.highlight(source, { language, ignoreIllegals: true }).value))
}
