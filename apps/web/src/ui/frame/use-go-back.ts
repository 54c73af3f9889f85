import { useLocation } from 'wouter'

/**
 * The back arrow of a phone leads up to the list. Where the list is the page before, it really goes back, so that the
 * device's own back button does not pass through the same pages again.
 */
export const useGoBack = (parent: string) => {
  const [, navigate] = useLocation()
  return () => {
    if (pathBefore() === parent) history.back()
    else navigate(parent, { replace: true })
  }
}

/** Path of the page before this one; null where the browser cannot tell. */
const pathBefore = () => {
  if (!('navigation' in window)) return null
  const { navigation } = window
  const before = navigation.entries()[(navigation.currentEntry?.index ?? 0) - 1]
  return before?.url ? new URL(before.url).pathname : null
}
