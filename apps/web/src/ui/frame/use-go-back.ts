import { useLocation } from 'wouter'

/**
 * The back arrow of a phone leads up to the list. Where the list is the page before, it really goes back, so that the
 * device's own back button does not pass through the same pages again.
 */
export const useGoBack = (parent: string) => {
  const [, navigate] = useLocation()
  return () => {
    const { navigation } = window
    const here = navigation.currentEntry?.index ?? 0
    const before = navigation.entries()[here - 1]
    if (before?.url && new URL(before.url).pathname === parent) history.back()
    else navigate(parent, { replace: true })
  }
}
