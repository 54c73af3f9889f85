/** Keeps `--viewport-height` at what the on-screen keyboard leaves free, so that the composer stays on top of it. */
export const useViewportHeight = () => {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return undefined
    const follow = () => {
      document.documentElement.style.setProperty('--viewport-height', `${viewport.height}px`)
      // iOS scrolls the page under the keyboard; there is nothing below the frame to scroll to.
      if (viewport.offsetTop > 0) window.scrollTo(0, 0)
    }
    follow()
    viewport.addEventListener('resize', follow)
    viewport.addEventListener('scroll', follow)
    return () => {
      viewport.removeEventListener('resize', follow)
      viewport.removeEventListener('scroll', follow)
    }
  }, [])
}
