import { lazy, Suspense, useSyncExternalStore } from 'react'

interface ToastOptions {
  title: string
  /** An undo, or the way to what was made. */
  action?: { label: string; run: () => void }
}

const loadToaster = () => import('./toaster.tsx')
const Toaster = lazy(loadToaster)

let wanted = false
const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Says something in passing. What somebody must not miss belongs beside what it is about. */
export const showToast = async ({ title, action }: ToastOptions) => {
  wanted = true
  for (const listener of listeners) listener()
  const { toaster } = await loadToaster()
  toaster.create({ title, ...(action && { action: { label: action.label, onClick: action.run } }) })
}

/** Stands once in the page; the toaster itself is loaded with the first toast. */
export function ToastOutlet() {
  const shown = useSyncExternalStore(subscribe, () => wanted)
  if (!shown) return null
  return (
    <Suspense fallback={null}>
      <Toaster />
    </Suspense>
  )
}
