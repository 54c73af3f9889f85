import { Switch } from '@chakra-ui/react'

interface ToggleProps {
  label: string
  hint?: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

/** Something that is on or off, at once. */
export function Toggle({ label, hint, checked, disabled = false, onChange }: ToggleProps) {
  return (
    <Switch.Root checked={checked} disabled={disabled} onCheckedChange={(change) => onChange(change.checked)}>
      <Switch.Label>
        {label}
        {hint && <span className="text-muted block text-sm">{hint}</span>}
      </Switch.Label>
      <Switch.HiddenInput />
      <Switch.Control />
    </Switch.Root>
  )
}
