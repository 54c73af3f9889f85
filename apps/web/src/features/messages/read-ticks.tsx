import { Check, CheckCheck } from 'lucide-react'
import { lazy } from 'react'
import { useConversation } from './conversation-context.ts'

const ReadersPopover = lazy(() => import('./readers-popover.tsx'))

/** Who has read one's own message: a double tick in private rooms, a number that opens the names in groups. */
export function ReadTicks({ seq, readBy }: { seq: number; readBy: number }) {
  const { t } = useTranslation('messages')
  const { isPrivate } = useConversation()
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  if (isPrivate) {
    const label = t(readBy > 0 ? 'read.read' : 'read.sent')
    return (
      <span role="img" aria-label={label} data-tooltip={label} className="self-center [&_svg]:size-3.5">
        {readBy > 0 ? <CheckCheck className="text-accent" /> : <Check className="text-faint" />}
      </span>
    )
  }
  if (readBy === 0) return null
  return (
    <>
      <button
        ref={anchor}
        type="button"
        tabIndex={-1}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        className="text-faint hover:text-fg inline-flex items-center gap-1 self-center text-xs tabular-nums"
      >
        <CheckCheck className="text-accent size-3.5" />
        {t('read.by', { count: readBy })}
      </button>
      {open && (
        <Suspense fallback={null}>
          <ReadersPopover seq={seq} anchor={anchor} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
