import { Copy } from 'lucide-react'
import { IconButton } from './icon-button.tsx'
import { showToast } from './toast.tsx'

interface CopyFieldProps {
  label: string
  text: string
  /** Names the button that copies it. */
  copyLabel: string
  copiedText: string
}

/** Text to be taken along, as it stands. */
export function CopyField({ label, text, copyLabel, copiedText }: CopyFieldProps) {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    await showToast({ title: copiedText })
  }
  return (
    <div className="bg-code flex items-start gap-1 rounded-md p-1 pl-3">
      <pre role="group" aria-label={label} className="min-w-0 flex-1 py-2 text-sm wrap-anywhere whitespace-pre-wrap">
        <code>{text}</code>
      </pre>
      <IconButton label={copyLabel} onClick={() => void copy()}>
        <Copy />
      </IconButton>
    </div>
  )
}
