const everyMs = 5_000

/** Calls `reload` every few seconds while the page is in sight: figures that live, without a flicker. */
export const useRefreshed = (reload: (() => void) | undefined) => {
  const run = useEffectEvent(() => reload?.())
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') run()
    }, everyMs)
    return () => clearInterval(timer)
  }, [])
}
