import type { PublicUser } from '@parley/protocol/people'
import { mentioned, mentionPattern } from './mentions.ts'

/** Turns `@name` of the people mentioned into links to them, outside of code and other links. */
export function markMentions(nodes: DocumentFragment, people: readonly PublicUser[], ownId: string | null) {
  const pattern = mentionPattern(people)
  if (!pattern) return
  for (const node of textNodes(nodes)) {
    const parts = node.data.split(pattern)
    if (parts.length === 1) continue
    // The pattern has one group, so every second part is a name.
    node.replaceWith(
      ...parts.map((part, index) => (index % 2 === 0 ? part : (link(people, part, ownId) ?? `@${part}`))),
    )
  }
}

function textNodes(root: DocumentFragment): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const found: Text[] = []
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (node instanceof Text && !node.parentElement?.closest('a, code')) found.push(node)
  }
  return found
}

function link(people: readonly PublicUser[], name: string, ownId: string | null) {
  const person = mentioned(people, name)
  if (!person) return undefined
  const anchor = document.createElement('a')
  anchor.className = 'mention'
  anchor.href = `/people/${encodeURIComponent(person.username)}`
  anchor.textContent = `@${person.displayName}`
  if (person.id === ownId) anchor.dataset.own = ''
  return anchor
}
