import { useClient } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'
import { attach } from '../files/attachments.ts'

/** Puts files beside the composer, however they came. */
export function useAddFiles(tray: string) {
  const client = useClient()
  const { t } = useTranslation('files')
  return (files: File[]) => {
    if (attach(client, tray, files) > 0) void showToast({ title: t('tray.full') })
  }
}
