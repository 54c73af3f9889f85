import { SearchField } from './search-field.tsx'
import { useDebounced } from './use-debounced.ts'

const pauseMs = 250

interface TableSearchProps {
  label: string
  /** What the table is narrowed down to now. */
  value: string
  onChange: (value: string) => void
}

/** Narrows a table down once somebody pauses typing. */
export function TableSearch({ label, value, onChange }: TableSearchProps) {
  const [text, setText] = useState(value)
  const settled = useDebounced(text, pauseMs).trim()
  const change = useEffectEvent(onChange)
  useEffect(() => {
    if (settled !== value) change(settled)
    // What stands in the address follows the field and not the other way round: typing must not be overtaken.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [settled])
  return (
    <div className="min-w-48 flex-1">
      <SearchField label={label} value={text} maxLength={80} onChange={setText} />
    </div>
  )
}
