import { Input } from '@chakra-ui/react'
import { ChevronDown } from 'lucide-react'

interface SelectFieldProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange: (value: Value) => void
}

/** One of several. The browser's own list, which every device knows how to show. */
export function SelectField<Value extends string>({ label, value, options, onChange }: SelectFieldProps<Value>) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <div className="relative">
        <Input
          asChild
          paddingInlineEnd="8"
          textStyle="sm"
          className="!h-9 appearance-none truncate pointer-coarse:!h-11"
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
