import createDOMPurify from 'dompurify'
import MarkdownIt from 'markdown-it'

/** Loaded with the first message that needs it. */
const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })
// Pictures from elsewhere would tell their server who reads; and a name such as readme.md is no address.
markdown.disable('image')
markdown.linkify.set({ fuzzyEmail: false, fuzzyIP: false })
markdown.linkify.tlds(['com', 'org', 'net', 'io', 'dev', 'cn', 'edu', 'gov'], false)

markdown.renderer.rules.fence = (tokens, index) => codeBlock(tokens[index]?.content, tokens[index]?.info)
markdown.renderer.rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content)
markdown.renderer.rules.table_open = () => '<div class="table"><table>'
markdown.renderer.rules.table_close = () => '</table></div>'

function codeBlock(content = '', info = '') {
  const { escapeHtml } = markdown.utils
  const language = /^[\w+#-]+/.exec(info.trim())?.[0] ?? ''
  return `<div class="code"><pre><code data-language="${escapeHtml(language)}">${escapeHtml(content.replace(/\n$/, ''))}</code></pre></div>`
}

const purifier = createDOMPurify(window)
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return
  node.setAttribute('target', '_blank')
  node.setAttribute('rel', 'noopener noreferrer nofollow')
})

const allowed = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'a', 'ul', 'ol', 'li', 'blockquote', 'hr', 'div', 'span'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'start', 'class', 'data-language'],
  ADD_URI_SAFE_ATTR: ['start', 'data-language'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):/i,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true as const,
}

/** HTML of any origin as nodes that cannot run anything. */
export const purified = (html: string): DocumentFragment => purifier.sanitize(html, allowed)

const keptMax = 500
const kept = new Map<string, DocumentFragment>()

/** Markdown as nodes. The last few hundred are kept, so that scrolling back and forth parses nothing. */
export function renderMarkdown(text: string): DocumentFragment {
  const known = kept.get(text)
  const fragment = known ?? purified(markdown.render(text))
  kept.delete(text)
  kept.set(text, fragment)
  const [oldest] = kept.keys()
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest)
  return document.importNode(fragment, true)
}
