import type { FileEntity } from '@parley/protocol/files'
import type { ComponentProps, MouseEvent } from 'react'
import { apiOrigin, isApiElsewhere } from '../../api-origin.ts'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { fetchFile, saveFile } from '../../ui/save-file.ts'
import { showToast } from '../../ui/toast.tsx'
import { downloadPath } from './file-source.ts'

type DownloadLinkProps = Omit<ComponentProps<'a'>, 'href' | 'download'> & { file: Pick<FileEntity, 'id' | 'name'> }

/**
 * Saves a file. The browser does so by itself where the API shares the page's origin; elsewhere it would go there as a
 * page of its own, to which the cookie may not belong, so the app fetches the file.
 */
export function DownloadLink({ file, children, ...link }: DownloadLinkProps) {
  const { rest } = useClient()
  const errorText = useErrorText()
  const path = downloadPath(file.id)
  const save = async () => {
    try {
      saveFile(await rest.withToken((token) => fetchFile(path, token)), file.name)
    } catch (error) {
      await showToast({ title: errorText(error) })
    }
  }
  const onClick = (event: MouseEvent) => {
    event.preventDefault()
    void save()
  }
  return (
    <a href={apiOrigin + path} download={file.name} {...(isApiElsewhere && { onClick })} {...link}>
      {children}
    </a>
  )
}
