import type { highlight as Highlight } from './highlight.ts'
import type * as Markdown from './markdown.ts'

let markdown: typeof Markdown | null = null
let loading: Promise<void> | undefined
const listeners = new Set<() => void>()

/** The renderer once it is loaded; until then words show as they were written. */
export const currentMarkdown = () => markdown

export const subscribeMarkdown = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const loadMarkdown = () => {
  loading ??= import('./markdown.ts').then(
    (module) => {
      markdown = module
      for (const listener of listeners) listener()
    },
    (error: unknown) => {
      loading = undefined
      reportError(error)
    },
  )
}

let highlight: typeof Highlight | undefined

/** The highlighter, loaded with the first code; known at once from then on, so that nothing flashes while scrolling. */
export const loadHighlight = Object.assign(
  async (): Promise<typeof Highlight> => {
    highlight ??= (await import('./highlight.ts')).highlight
    return highlight
  },
  {
    get loaded() {
      return highlight
    },
  },
)
