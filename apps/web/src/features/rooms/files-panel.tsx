import { listRoomFiles, type MessageRow } from '@parley/protocol/messages'
import type { FileKind } from '@parley/protocol/files'
import type { Room } from '@parley/protocol/rooms'
import { AudioLines, File, FileVideo, FolderOpen, MessageSquareText } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { mediaCrossOrigin } from '../../api-origin.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { usePages } from '../../ui/use-pages.ts'
import { DownloadLink } from '../files/download-link.tsx'
import { fileSource } from '../files/file-source.ts'
import { fileType, formatSize } from '../../ui/format-size.ts'
import { useUser } from '../people/use-user.ts'
import { PagedList } from './paged-list.tsx'
import { fileItems, type FileItem, type SentFile } from './room-files.ts'
import { useAdvanced } from './use-advanced.ts'
import { useJump } from './use-jump.ts'

const Lightbox = lazy(async () => ({ default: (await import('../files/lightbox.tsx')).Lightbox }))

/** Everything sent in the room that is a file, newest first. */
export function FilesPanel({ room }: { room: Room }) {
  const { t } = useTranslation('rooms')
  const { rest } = useClient()
  const [openedId, setOpenedId] = useState<string>()
  const load = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      rest.call(listRoomFiles, { query: { roomId: room.id, cursor } }, { signal }),
    [rest, room.id],
  )
  const pages = usePages<MessageRow>(load)
  useAdvanced(room.id, (rows) => {
    const known = new Set(pages.items.map(({ seq }) => seq))
    if (rows.some((row) => row.body.kind === 'media' || known.has(row.seq))) pages.reload()
  })
  const items = useMemo(() => fileItems(pages.items), [pages.items])
  const images = items.flatMap((item) => (item.kind === 'images' ? item.images.map(({ file }) => file) : []))
  return (
    <>
      <PagedList
        pages={pages}
        items={items}
        label={t('panel.files')}
        keyOf={({ key }) => key}
        renderRow={(item) => <Item item={item} onOpen={setOpenedId} />}
        empty={
          <EmptyState icon={<FolderOpen />} title={t('files.empty')}>
            {t('files.emptyText')}
          </EmptyState>
        }
      />
      {openedId !== undefined && (
        <Suspense fallback={null}>
          <Lightbox
            images={images}
            start={Math.max(
              0,
              images.findIndex(({ id }) => id === openedId),
            )}
            onClose={() => setOpenedId(undefined)}
          />
        </Suspense>
      )}
    </>
  )
}

function Item({ item, onOpen }: { item: FileItem; onOpen: (id: string) => void }) {
  const { i18n } = useTranslation()
  if (item.kind === 'month') {
    return (
      <h3 className="text-faint px-4 pt-3.5 pb-1.5 text-xs font-semibold">
        {new Date(item.at).toLocaleDateString(i18n.language, { month: 'long', year: 'numeric' })}
      </h3>
    )
  }
  if (item.kind === 'file') return <FileRow sent={item.sent} />
  return (
    <div className="grid grid-cols-3 gap-1 px-4 pb-1">
      {item.images.map((sent) => (
        <Picture key={sent.file.id} sent={sent} onOpen={() => onOpen(sent.file.id)} />
      ))}
    </div>
  )
}

function Picture({ sent: { file }, onOpen }: { sent: SentFile; onOpen: () => void }) {
  const { t } = useTranslation('rooms')
  return (
    <button
      type="button"
      aria-label={t('files.openImage', { name: file.name })}
      data-tooltip={file.name}
      onClick={onOpen}
      className="border-subtle aspect-square overflow-hidden rounded-md border"
    >
      <img
        src={fileSource(file.id, 320)}
        crossOrigin={mediaCrossOrigin}
        alt=""
        loading="lazy"
        decoding="async"
        className="bg-hover size-full object-cover"
      />
    </button>
  )
}

const icons: Record<FileKind, typeof File> = {
  image: File,
  video: FileVideo,
  audio: AudioLines,
  voice: AudioLines,
  file: File,
}

function FileRow({ sent: { file, row } }: { sent: SentFile }) {
  const { t, i18n } = useTranslation('rooms')
  const sender = useUser(row.senderId)
  const jump = useJump()
  const Icon = icons[file.kind]
  const facts = [fileType(file.name, file.mime), formatSize(file.bytes, i18n.language)].filter(Boolean)
  const name = file.kind === 'voice' ? t('files.voice') : file.name
  return (
    <article className="hover:bg-hover relative mx-1.5 flex items-center gap-2.5 rounded-md py-1.5 pr-1 pl-2.5">
      <span className="bg-hover text-muted grid size-9 flex-none place-items-center rounded-md [&_svg]:icon">
        <Icon aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <DownloadLink
          file={file}
          aria-label={t('files.download', { name })}
          className="block truncate outline-none before:absolute before:inset-0 before:rounded-md focus-visible:before:outline-2 focus-visible:before:outline-accent"
        >
          {name}
        </DownloadLink>
        <p className="text-muted truncate text-xs">
          {facts.join(', ')} · {sender?.displayName ?? '…'} · <RelativeTime at={row.createdAt} length="short" />
        </p>
      </div>
      <IconButton
        label={t('files.show')}
        onClick={() => jump(row.roomId, row.seq)}
        className="relative !size-8 pointer-coarse:!size-11"
      >
        <MessageSquareText />
      </IconButton>
    </article>
  )
}
