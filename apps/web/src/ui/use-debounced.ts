/** The value as it was once it stayed the same for `pauseMs`. */
export const useDebounced = <T>(value: T, pauseMs: number) => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value, pauseMs])
  return settled
}
