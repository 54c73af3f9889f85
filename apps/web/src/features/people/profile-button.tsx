import { lazy, Suspense, type ComponentProps } from 'react'

const ProfilePopover = lazy(() => import('./profile-popover.tsx'))

interface ProfileButtonProps extends ComponentProps<'button'> {
  userId: string
}

/** A name or picture that opens a small profile. The popover exists only while it is open, since lists hold many. */
export function ProfileButton({ userId, ...button }: ProfileButtonProps) {
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
        {...button}
      />
      {open && (
        <Suspense fallback={null}>
          <ProfilePopover userId={userId} anchor={anchor} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
