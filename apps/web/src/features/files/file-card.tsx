import type { FileEntity } from '@parley/protocol/files'
import { Download, File } from 'lucide-react'
import { DownloadLink } from './download-link.tsx'
import { fileType, formatSize } from '../../ui/format-size.ts'

/** A file that is not shown in place: what it is, and a way to save it. */
export function FileCard({ file }: { file: FileEntity }) {
  const { t, i18n } = useTranslation('files')
  const facts = [fileType(file.name, file.mime), formatSize(file.bytes, i18n.language)].filter(Boolean)
  return (
    <DownloadLink
      file={file}
      data-tooltip={t('download', { name: file.name })}
      className="group/file border-subtle bg-raised hover:bg-hover mt-1.5 mb-1 flex w-[300px] max-w-full items-center gap-2.5 rounded-lg border px-3 py-2"
    >
      <File className="icon text-muted" />
      <span className="min-w-0 flex-1">
        <span className="block truncate">{file.name}</span>
        <span className="text-muted block text-xs">{facts.join(', ')}</span>
      </span>
      <Download className="icon text-muted opacity-0 group-hover/file:opacity-100 group-focus-visible/file:opacity-100 pointer-coarse:opacity-100" />
    </DownloadLink>
  )
}
