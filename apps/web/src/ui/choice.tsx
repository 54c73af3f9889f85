import type { ReactNode } from 'react'

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: readonly { value: Value; label: string; icon?: ReactNode; lang?: string }[]
  onChange: (value: Value) => void
}

/** One of a few, all of them in sight. Radio buttons underneath, so that arrows and readers know what it is. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const name = useId()
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{label}</legend>
      <div className="grid grid-cols-3 gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            lang={option.lang}
            className="border-subtle has-checked:border-accent has-checked:bg-accent-soft hover:bg-hover has-focus-visible:outline-accent flex min-h-11 cursor-pointer items-center justify-center gap-2 rounded-md border px-2 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="sr-only"
            />
            {option.icon}
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
