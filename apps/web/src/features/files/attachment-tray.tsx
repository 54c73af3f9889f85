import { RotateCw, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { isRetryable, type Attachment } from './attachments.ts'
import { formatSize } from '../../ui/format-size.ts'

interface AttachmentTrayProps {
  attachments: readonly Attachment[]
  onRemove: (key: string) => void
  onRetry: (key: string) => void
}

/** Files above the composer: how far each is, and what went wrong. */
export function AttachmentTray({ attachments, onRemove, onRetry }: AttachmentTrayProps) {
  const { t } = useTranslation('files')
  if (attachments.length === 0) return null
  return (
    <ul aria-label={t('tray.label')} className="flex max-h-40 flex-wrap gap-2 overflow-y-auto px-3 pt-2.5">
      {attachments.map((attachment) => (
        <TrayItem
          key={attachment.key}
          attachment={attachment}
          onRemove={() => onRemove(attachment.key)}
          onRetry={() => onRetry(attachment.key)}
        />
      ))}
    </ul>
  )
}

interface TrayItemProps {
  attachment: Attachment
  onRemove: () => void
  onRetry: () => void
}

function TrayItem({ attachment, onRemove, onRetry }: TrayItemProps) {
  const { t } = useTranslation('files')
  const { file, address, state, progress } = attachment
  const failed = state === 'failed'
  return (
    <li
      className={`relative flex max-w-72 items-center gap-2 overflow-hidden rounded-md border py-1 pr-1 pl-2 text-sm ${failed ? 'border-danger' : 'border-subtle'}`}
    >
      {file.type.startsWith('image/') && (
        <img src={address} alt="" className="bg-hover -ml-1 size-8 flex-none rounded-sm object-cover" />
      )}
      <span className="min-w-0">
        <span className="block truncate">{file.name}</span>
        <TrayState attachment={attachment} />
      </span>
      {failed && isRetryable(attachment.error) && (
        <TrayButton label={t('tray.retry', { name: file.name })} onClick={onRetry}>
          <RotateCw />
        </TrayButton>
      )}
      <TrayButton
        label={t(state === 'uploading' || state === 'waiting' ? 'tray.cancel' : 'tray.remove', { name: file.name })}
        onClick={onRemove}
      >
        <X />
      </TrayButton>
      {state === 'uploading' && (
        <span
          aria-hidden
          className="bg-accent absolute bottom-0 left-0 h-0.5 w-full origin-left transition-transform duration-160"
          style={{ transform: `scaleX(${progress})` }}
        />
      )}
    </li>
  )
}

function TrayState({ attachment: { file, state, progress, error } }: { attachment: Attachment }) {
  const { t, i18n } = useTranslation('files')
  const errorText = useErrorText()
  if (state === 'failed')
    return (
      <span role="alert" className="text-danger block text-xs">
        {errorText(error)}
      </span>
    )
  const share = progress.toLocaleString(i18n.language, { style: 'percent' })
  return (
    <span className="text-muted block text-xs tabular-nums">
      {state === 'uploading' ? share : state === 'waiting' ? t('tray.waiting') : formatSize(file.size, i18n.language)}
    </span>
  )
}

function TrayButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tooltip={label}
      onClick={onClick}
      className="text-muted hover:bg-hover hover:text-fg grid size-9 flex-none place-items-center rounded-md pointer-coarse:size-11 [&_svg]:size-4"
    >
      {children}
    </button>
  )
}
