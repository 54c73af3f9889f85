import { Upload } from 'lucide-react'
import type { DragEvent, ReactNode } from 'react'

interface DropZoneProps {
  /** Undefined where nothing may be sent. */
  onFiles?: ((files: File[]) => void) | undefined
  className?: string
  children: ReactNode
}

const carriesFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes('Files')

/** Takes files dropped anywhere over its children. */
export function DropZone({ onFiles, className = '', children }: DropZoneProps) {
  const { t } = useTranslation('files')
  // Entering a child leaves its parent, so it takes counting to know whether one is still inside.
  const [depth, setDepth] = useState(0)
  const accepts = (event: DragEvent) => onFiles !== undefined && carriesFiles(event)
  return (
    <div
      className={`relative ${className}`}
      onDragEnter={(event) => accepts(event) && setDepth(depth + 1)}
      onDragLeave={(event) => accepts(event) && setDepth(Math.max(0, depth - 1))}
      onDragOver={(event) => accepts(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!accepts(event)) return
        event.preventDefault()
        setDepth(0)
        onFiles?.([...event.dataTransfer.files])
      }}
    >
      {children}
      {depth > 0 && (
        <div className="bg-accent-soft border-accent text-accent pointer-events-none absolute inset-2 z-10 grid place-items-center rounded-lg border-2 border-dashed">
          <span className="flex items-center gap-2 font-semibold">
            <Upload className="icon" />
            {t('drop')}
          </span>
        </div>
      )}
    </div>
  )
}
