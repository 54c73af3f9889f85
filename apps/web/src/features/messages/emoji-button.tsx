import { Smile } from 'lucide-react'
import { lazy } from 'react'
import { IconButton } from '../../ui/icon-button.tsx'

const EmojiPopover = lazy(() => import('./emoji-popover.tsx'))

interface EmojiButtonProps {
  label: string
  className?: string
  onPick: (emoji: string) => void
  onOpenChange?: (open: boolean) => void
}

/** Opens the emoji picker, which is loaded the first time. */
export function EmojiButton({ label, className, onPick, onOpenChange }: EmojiButtonProps) {
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const change = (next: boolean) => {
    setOpen(next)
    onOpenChange?.(next)
  }
  return (
    <>
      <IconButton
        ref={anchor}
        label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        className={className}
        onClick={() => change(true)}
      >
        <Smile />
      </IconButton>
      {open && (
        <Suspense fallback={null}>
          <EmojiPopover
            anchor={anchor}
            onClose={() => change(false)}
            onPick={(emoji) => {
              change(false)
              onPick(emoji)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
