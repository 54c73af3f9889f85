import { createPortal } from 'react-dom'
import { formatKeys } from './shortcuts.ts'

const showAfterMs = 400
const gapPx = 6

interface Tip {
  text: string
  keys: string | undefined
  target: DOMRect
}

const tipOf = (target: EventTarget | null): Tip | null => {
  const owner = target instanceof Element ? target.closest('[data-tooltip]') : null
  const text = owner?.getAttribute('data-tooltip')
  if (!owner || !text) return null
  return { text, keys: owner.getAttribute('data-shortcut') ?? undefined, target: owner.getBoundingClientRect() }
}

/**
 * Shows the `data-tooltip` of whatever is hovered or focused. One layer for the whole page instead of a component around
 * every button, because a conversation holds hundreds of them. Assistive technology reads `aria-label`, never this.
 */
export function TooltipLayer() {
  const [tip, setTip] = useState<Tip | null>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (event: Event) => {
      clearTimeout(timer)
      setTip(null)
      const next = tipOf(event.target)
      if (next) timer = setTimeout(() => setTip(next), showAfterMs)
    }
    const hide = () => {
      clearTimeout(timer)
      setTip(null)
    }
    const showWhenFocusVisible = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event)
    }
    const onPointerOver = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') show(event)
    }
    const options = { capture: true, passive: true }
    document.addEventListener('pointerover', onPointerOver, options)
    document.addEventListener('focusin', showWhenFocusVisible, options)
    for (const name of ['pointerdown', 'keydown', 'focusout', 'scroll']) document.addEventListener(name, hide, options)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', onPointerOver, options)
      document.removeEventListener('focusin', showWhenFocusVisible, options)
      for (const name of ['pointerdown', 'keydown', 'focusout', 'scroll']) {
        document.removeEventListener(name, hide, options)
      }
    }
  }, [])

  return tip ? createPortal(<Bubble tip={tip} />, document.body) : null
}

function Bubble({ tip: { text, keys, target } }: { tip: Tip }) {
  const bubble = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = bubble.current
    if (!element) return
    const { width, height } = element.getBoundingClientRect()
    const below = target.bottom + gapPx + height < window.innerHeight
    const left = target.left + target.width / 2 - width / 2
    element.style.left = `${Math.max(gapPx, Math.min(left, window.innerWidth - width - gapPx))}px`
    element.style.top = `${below ? target.bottom + gapPx : target.top - gapPx - height}px`
  }, [target])
  return (
    <div
      ref={bubble}
      aria-hidden
      className="bg-fg text-raised pointer-events-none fixed z-60 flex max-w-80 gap-2 rounded-md px-2 py-1 text-xs"
    >
      {text}
      {keys && <span className="opacity-70">{formatKeys(keys).join(' ')}</span>}
    </div>
  )
}
