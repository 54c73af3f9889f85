import { Input } from '@chakra-ui/react'
import { Search } from 'lucide-react'
import type { KeyboardEvent } from 'react'

interface SearchFieldProps {
  /** Its name, which also stands in it while it is empty. */
  label: string
  value: string
  maxLength: number
  /** Takes the focus when it appears. */
  focused?: boolean
  onChange: (value: string) => void
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void
  /** The listbox the field works with its keys, and the option they are at. */
  list?: { id: string; activeId: string | undefined }
}

/** A field that narrows down what is below it. */
export function SearchField(props: SearchFieldProps) {
  const { label, value, maxLength, focused = false, onChange, onKeyDown, list } = props
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focused) field.current?.focus()
  }, [focused])
  return (
    <div className="relative">
      <Search
        aria-hidden
        className="icon text-faint pointer-events-none absolute top-1/2 left-3 z-1 -translate-y-1/2"
      />
      <Input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={maxLength}
        className="!h-9 pointer-coarse:!h-11"
        paddingInlineStart="9"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={onKeyDown}
        {...(list && {
          role: 'combobox',
          'aria-expanded': true,
          'aria-controls': list.id,
          'aria-activedescendant': list.activeId,
        })}
      />
    </div>
  )
}
