import { createPortal } from 'react-dom'
import { formatKeys } from './shortcuts.ts'

const showAfterMs = 400
const gapPx = 6

interface Tip {
  text: string
  keys: string | undefined
  /** Beside its owner instead of below, as in a narrow rail. */
  beside: boolean
  target: DOMRect
}

const tipOf = (target: EventTarget | null): Tip | null => {
  const owner = target instanceof Element ? target.closest('[data-tooltip]') : null
  const text = owner?.getAttribute('data-tooltip')
  if (!owner || !text) return null
  return {
    text,
    keys: owner.getAttribute('data-shortcut') ?? undefined,
    beside: owner.hasAttribute('data-tooltip-beside'),
    target: owner.getBoundingClientRect(),
  }
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

const placeOf = ({ beside, target }: Tip, { width, height }: DOMRect) => {
  if (beside) return { left: target.right + gapPx, top: target.top + (target.height - height) / 2 }
  const left = target.left + (target.width - width) / 2
  const below = target.bottom + gapPx
  return {
    left: Math.max(gapPx, Math.min(left, window.innerWidth - width - gapPx)),
    top: below + height < window.innerHeight ? below : target.top - gapPx - height,
  }
}

function Bubble({ tip }: { tip: Tip }) {
  const { text, keys } = tip
  const bubble = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = bubble.current
    if (!element) return
    const { left, top } = placeOf(tip, element.getBoundingClientRect())
    element.style.left = `${left}px`
    element.style.top = `${top}px`
  }, [tip])
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
