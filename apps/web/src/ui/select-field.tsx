import { Input } from '@chakra-ui/react'
import { ChevronDown } from 'lucide-react'

interface SelectFieldProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  /** Stands among text fields, and looks as they do; else above a list that it narrows down. */
  inForm?: boolean
  onChange: (value: Value) => void
}

/** One of several. The browser's own list, which every device knows how to show. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, value, options, inForm = false, onChange } = props
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className={inForm ? 'text-sm font-semibold' : 'text-muted text-sm'}>
        {label}
      </label>
      <div className="relative">
        <Input
          asChild
          paddingInlineEnd="8"
          textStyle={inForm ? 'md' : 'sm'}
          className={`appearance-none truncate pointer-coarse:!h-11 ${inForm ? '' : '!h-9'}`}
        >
          <select
            id={id}
            value={value}
            onChange={({ target }) => {
              const chosen = options[target.selectedIndex]
              if (chosen) onChange(chosen.value)
            }}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        </Input>
        <ChevronDown
          aria-hidden
          className="icon text-muted pointer-events-none absolute top-1/2 right-2 -translate-y-1/2"
        />
      </div>
    </div>
  )
}
