import { Input, Popover, Portal } from '@chakra-ui/react'
import type { KeyboardEvent, RefObject } from 'react'
import { Skeleton } from '../../ui/skeleton.tsx'
import { findEmoji, type Emoji } from './emoji-data.ts'
import { recentEmoji, rememberEmoji } from './recent-emoji.ts'
import { useEmoji } from './use-emoji.ts'

const columns = 8
const foundMax = 120
const groups = ['smileys', 'people', 'nature', 'food', 'travel', 'activities', 'objects', 'symbols', 'flags'] as const

interface EmojiPopoverProps {
  anchor: RefObject<HTMLElement | null>
  onPick: (emoji: string) => void
  onClose: () => void
}

/** Every emoji, by groups or found by name. Arrows move, Enter chooses. */
export default function EmojiPopover({ anchor, onPick, onClose }: EmojiPopoverProps) {
  const { t } = useTranslation('messages')
  const emoji = useEmoji()
  const [query, setQuery] = useState('')
  const grid = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // On a phone the keyboard would cover what there is to choose from.
    if (matchMedia('(pointer: fine)').matches) search.current?.focus()
  }, [])
  const pick = (unicode: string) => {
    rememberEmoji(unicode)
    onPick(unicode)
  }
  const onSearchKey = (event: KeyboardEvent) => {
    const first = grid.current?.querySelector('button')
    if (event.key === 'ArrowDown') first?.focus()
    else if (event.key === 'Enter') first?.click()
    else return
    event.preventDefault()
  }
  return (
    <Popover.Root
      open
      onOpenChange={({ open }) => !open && onClose()}
      positioning={{ placement: 'top-end', getAnchorRect: () => anchor.current?.getBoundingClientRect() ?? null }}
      autoFocus={false}
      finalFocusEl={() => anchor.current}
    >
      <Portal>
        <Popover.Positioner>
          <Popover.Content aria-label={t('emoji.title')} className="!w-[340px]">
            <div className="p-2">
              <Input
                ref={search}
                type="search"
                aria-label={t('emoji.search')}
                placeholder={t('emoji.search')}
                value={query}
                onChange={({ target }) => setQuery(target.value)}
                onKeyDown={onSearchKey}
              />
            </div>
            <div ref={grid} onKeyDown={moveInGrid} role="presentation" className="h-72 overflow-y-auto px-2 pb-2">
              {emoji ? <EmojiGrid emoji={emoji} query={query} onPick={pick} /> : <Skeleton className="h-64" />}
            </div>
          </Popover.Content>
        </Popover.Positioner>
      </Portal>
    </Popover.Root>
  )
}

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }

function moveInGrid(event: KeyboardEvent<HTMLElement>) {
  const step = steps[event.key]
  if (step === undefined) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  event.preventDefault()
  buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus()
}

interface EmojiGridProps {
  emoji: readonly Emoji[]
  query: string
  onPick: (unicode: string) => void
}

function EmojiGrid({ emoji, query, onPick }: EmojiGridProps) {
  const { t } = useTranslation('messages')
  const recent = useMemo(() => {
    const known = new Map(emoji.map((one) => [one.unicode, one]))
    return recentEmoji().flatMap((unicode) => known.get(unicode) ?? [])
  }, [emoji])
  if (query.trim() !== '') {
    const found = findEmoji(emoji, query, foundMax)
    return found.length > 0 ? (
      <EmojiButtons emoji={found} onPick={onPick} />
    ) : (
      <p className="text-muted px-1 py-6 text-center text-sm">{t('emoji.none')}</p>
    )
  }
  return (
    <>
      {recent.length > 0 && <EmojiGroup title={t('emoji.recent')} emoji={recent} onPick={onPick} />}
      {groups.map((group) => (
        <EmojiGroup
          key={group}
          title={t(`emoji.group.${group}`)}
          emoji={emoji.filter((one) => one.group === group)}
          onPick={onPick}
        />
      ))}
    </>
  )
}

interface EmojiGroupProps {
  title: string
  emoji: readonly Emoji[]
  onPick: (unicode: string) => void
}

/** Groups out of sight are not laid out, so that nearly two thousand buttons open at once. */
function EmojiGroup({ title, emoji, onPick }: EmojiGroupProps) {
  const heightPx = 28 + Math.ceil(emoji.length / columns) * 40
  return (
    <div
      role="group"
      aria-label={title}
      style={{ contentVisibility: 'auto', containIntrinsicSize: `auto ${heightPx}px` }}
    >
      <p aria-hidden className="text-faint px-1 pt-2 pb-1 text-xs font-semibold">
        {title}
      </p>
      <EmojiButtons emoji={emoji} onPick={onPick} />
    </div>
  )
}

const EmojiButtons = memo(function EmojiButtons({ emoji, onPick }: Omit<EmojiGroupProps, 'title'>) {
  return (
    <div className="grid grid-cols-8">
      {emoji.map(({ unicode, label, shortcodes: [code] }) => (
        <button
          key={unicode}
          type="button"
          aria-label={label}
          title={code ? `${label} :${code}:` : label}
          onClick={() => onPick(unicode)}
          className="hover:bg-hover focus-visible:bg-hover grid size-10 place-items-center rounded-md text-[22px] leading-none"
        >
          {unicode}
        </button>
      ))}
    </div>
  )
})
