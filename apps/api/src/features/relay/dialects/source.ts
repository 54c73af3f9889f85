import type { Source } from './conversation.ts'

const dataUrl = /^data:([^;,]*)(?:;[^;,=]+=[^;,]*)*;base64,/i

/** A URL as clients write it, which may hold the data itself. */
export function sourceOfUrl(url: string): Source {
  const match = dataUrl.exec(url)
  if (!match) return { kind: 'url', url }
  return { kind: 'data', mediaType: match[1] || 'application/octet-stream', data: url.slice(match[0].length) }
}

/** The other way round; only for sources that have a URL. */
export function urlOfSource(source: Extract<Source, { kind: 'url' | 'data' }>): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`
}
