import type { KeyboardEvent, ReactNode } from 'react'
import { useViewportHeight } from './use-viewport-height.ts'

/** Where a link that skips the navigation leads. */
export const mainId = 'main'

interface FrameProps {
  /** The page's first heading, for assistive technology; columns begin with the second level. */
  title: string
  /** Destinations: a rail on desktops, a bar at the bottom of phones. */
  rail: ReactNode
  bottomBar: ReactNode
  list: ReactNode
  main: ReactNode
  /** Beside the main column from 1100 px up, over it below. */
  panel?: ReactNode
  onClosePanel: () => void
  /** Which of the two columns a phone shows. */
  phoneShows: 'list' | 'main'
  /** A line above everything, such as the connection's. */
  notice?: ReactNode
}

/** The four columns, and what becomes of them on smaller screens. */
export function Frame({ title, rail, bottomBar, list, main, panel, onClosePanel, phoneShows, notice }: FrameProps) {
  useViewportHeight()
  const showsMain = phoneShows === 'main'
  return (
    <div className="bg-canvas flex h-(--viewport-height,100dvh) flex-col pt-[env(safe-area-inset-top)]">
      {notice}
      <div
        className={`relative grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] md:grid-cols-[64px_296px_minmax(0,1fr)] ${panel ? 'lg:grid-cols-[64px_296px_minmax(0,1fr)_360px]' : ''}`}
      >
        <div className="border-subtle bg-canvas hidden border-r md:block">{rail}</div>
        {/* Both columns are the main matter: a phone shows only one of them. */}
        <main className="contents">
          <h1 className="sr-only">{title}</h1>
          <div className={`bg-panel border-subtle min-h-0 md:block md:border-r ${showsMain ? 'hidden' : ''}`}>
            {list}
          </div>
          <div
            id={mainId}
            tabIndex={-1}
            className={`bg-raised relative min-h-0 min-w-0 outline-none md:block ${showsMain ? '' : 'hidden'}`}
          >
            {main}
          </div>
        </main>
        {panel && <Panel onClose={onClosePanel}>{panel}</Panel>}
      </div>
      {!showsMain && <div className="border-subtle bg-canvas border-t md:hidden">{bottomBar}</div>}
    </div>
  )
}

function Panel({ onClose, children }: { onClose: () => void; children: ReactNode }) {
  useReturnOfFocus()
  return (
    <>
      <div aria-hidden onClick={onClose} className="bg-scrim absolute inset-0 z-20 hidden md:block lg:hidden" />
      {/* Its controls are its own; only the key that closes it is heard here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <aside
        onKeyDown={(event) => closes(event) && onClose()}
        className="bg-panel border-subtle absolute inset-0 z-20 min-h-0 md:left-auto md:w-[360px] md:border-l lg:static lg:w-auto"
      >
        {children}
      </aside>
    </>
  )
}

/** Escape, unless it is for a menu or dialog over the panel, or empties a field. */
function closes({ key, target, currentTarget, defaultPrevented }: KeyboardEvent<HTMLElement>): boolean {
  if (key !== 'Escape' || defaultPrevented || !(target instanceof Element)) return false
  const isFilled =
    target.matches('input, textarea') && !target.matches(':placeholder-shown, [type=radio], [type=checkbox]')
  return currentTarget.contains(target) && !isFilled
}

/** Where the focus was before comes back when what had it is gone. */
function useReturnOfFocus() {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      const isLost = document.activeElement === null || document.activeElement === document.body
      if (isLost && before instanceof HTMLElement) before.focus()
    },
    [before],
  )
}
