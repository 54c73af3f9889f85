import type { MessageRow } from '@parley/protocol/messages'
import { formatDuration } from '../../ui/format-size.ts'
import { plainText } from './preview-text.ts'
import { useSystemText } from './system-text.ts'

type PreviewRow = Pick<MessageRow, 'body' | 'senderId'>

/** A message in one line of plain words, for lists, quotes and notices. */
export function useMessagePreview({ body, senderId }: PreviewRow): string {
  const { t } = useTranslation('messages')
  const systemText = useSystemText(body.kind === 'system' ? { body, senderId } : null)
  if (body.kind === 'text') return plainText(body.text)
  if (body.kind === 'recall') return t('recalled')
  if (body.kind === 'system') return systemText
  const [file] = body.files
  const caption = body.caption ? plainText(body.caption) : ''
  if (caption !== '' || !file) return caption
  if (body.files.length > 1)
    return body.files.every(({ kind }) => kind === 'image')
      ? t('preview.images', { count: body.files.length })
      : t('preview.files', { count: body.files.length })
  if (file.kind === 'voice') return t('preview.voice', { duration: formatDuration(file.durationMs ?? 0) })
  return file.kind === 'image' || file.kind === 'video' ? t(`preview.${file.kind}`) : file.name
}
