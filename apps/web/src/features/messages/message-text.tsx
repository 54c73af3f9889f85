import { useSyncExternalStore, type MouseEvent } from 'react'
import { useLocation } from 'wouter'
import { useSelector } from 'react-redux'
import { selectOwnId } from '../identity/identity-slice.ts'
import { useUsers } from '../people/use-user.ts'
import { isLong, opening } from './long-text.ts'
import { currentMarkdown, loadHighlight, loadMarkdown, subscribeMarkdown } from './load-markdown.ts'
import { markMentions } from './mention-nodes.ts'
import './message-text.css'

const none: readonly string[] = []
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const onlyEmoji = /^(?:\p{RGI_Emoji}\s*){1,3}$/v

interface MessageTextProps {
  text: string
  /** Ids of those the text mentions. */
  mentions?: readonly string[] | undefined
}

/** The words of a message: safe Markdown with mentions; a very long one shows its beginning first. */
export const MessageText = memo(function MessageText({ text, mentions = none }: MessageTextProps) {
  const { t } = useTranslation('messages')
  const [whole, setWhole] = useState(false)
  const long = useMemo(() => isLong(text), [text])
  const shown = long && !whole ? opening(text) : text
  const width = cjk.test(text) ? 'max-w-[40em]' : 'max-w-[72ch]'
  return (
    <>
      <Words text={shown} mentions={mentions} className={`${width} ${onlyEmoji.test(text) ? 'text-xl' : ''}`} />
      {long && (
        <button
          type="button"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
          className="text-accent min-h-9 text-sm font-semibold hover:underline"
        >
          {t(whole ? 'text.showLess' : 'text.showAll')}
        </button>
      )}
    </>
  )
})

function Words({ text, mentions, className }: { text: string; mentions: readonly string[]; className: string }) {
  const { t } = useTranslation('messages')
  const [, navigate] = useLocation()
  const ownId = useSelector(selectOwnId)
  const users = useUsers(mentions)
  const people = useMemo(() => users.filter((user) => user !== undefined), [users])
  const markdown = useSyncExternalStore(subscribeMarkdown, currentMarkdown)
  const element = useRef<HTMLDivElement>(null)
  const copyLabel = t('text.copyCode')
  useEffect(loadMarkdown, [])

  useLayoutEffect(() => {
    if (!markdown || !element.current) return
    const nodes = markdown.renderMarkdown(text)
    markMentions(nodes, people, ownId)
    addCopyButtons(nodes, copyLabel)
    element.current.replaceChildren(nodes)
    void highlightCode(element.current)
  }, [markdown, text, people, ownId, copyLabel])

  const onClick = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null
    const code = target?.closest('.copy-code')?.parentElement?.querySelector('code')
    if (code) void navigator.clipboard.writeText(code.textContent)
    const mention = target?.closest('a.mention')?.getAttribute('href')
    if (!mention || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    navigate(mention)
  }

  // What is inside is the renderer's, so React is given nothing to put there once that is loaded.
  return (
    // The handler serves the links and buttons inside, which have names and keys of their own.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      ref={element}
      onClick={onClick}
      className={`message-text ${markdown ? '' : 'whitespace-pre-wrap'} ${className}`}
    >
      {markdown ? null : text}
    </div>
  )
}

function addCopyButtons(nodes: DocumentFragment, label: string) {
  for (const block of nodes.querySelectorAll('.code')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'copy-code'
    button.textContent = label
    block.append(button)
  }
}

async function highlightCode(element: HTMLElement) {
  const blocks = element.querySelectorAll<HTMLElement>('code[data-language]:not([data-language=""])')
  if (blocks.length === 0) return
  const highlight = loadHighlight.loaded ?? (await loadHighlight())
  for (const block of blocks) highlight(block)
}
