/** Takes the focus into a field that stands where the focus was before, so that it is not lost with what it was on. */
export const useFocus = () => {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return field
}
