import { Input } from '@chakra-ui/react'

interface DateFieldProps {
  label: string
  /** A day as date fields write it; empty for none. */
  value: string
  onChange: (value: string) => void
}

/** A day to narrow something down by; looks as the lists beside it do. */
export function DateField({ label, value, onChange }: DateFieldProps) {
  const id = useId()
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-muted text-sm">
        {label}
      </label>
      <Input
        id={id}
        type="date"
        textStyle="sm"
        className="!h-9 pointer-coarse:!h-11"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  )
}
