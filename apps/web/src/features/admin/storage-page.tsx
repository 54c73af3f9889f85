import { getStorage, type StorageUse } from '@parley/protocol/admin'
import type { ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { formatSize } from '../../ui/format-size.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { UserCell } from './user-cell.tsx'

/** What the workspace keeps, against what it may. */
export default function StoragePage() {
  const { rest } = useClient()
  const errorText = useErrorText()
  const storage = useLoaded(useCallback((signal: AbortSignal) => rest.call(getStorage, {}, { signal }), [rest]))
  if (storage.status === 'loading') return <SkeletonRows rows={6} avatar={false} className="-mx-3" />
  if (storage.status === 'failed') return <ErrorState message={errorText(storage.error)} onRetry={storage.retry} />
  return <Kept storage={storage.data} />
}

function Kept({ storage }: { storage: StorageUse }) {
  const { t, i18n } = useTranslation('admin')
  const { bytes, bytesMax, files, kinds, biggestFiles, biggestOwners } = storage
  const size = (value: number) => formatSize(value, i18n.language)
  return (
    <div className="flex flex-col gap-8">
      <section className="flex flex-col gap-2">
        <p className="text-xl font-semibold tabular-nums">
          {bytesMax === null ? size(bytes) : t('storage.of', { size: size(bytes), max: size(bytesMax) })}
        </p>
        <p className="text-muted">{t('storage.files', { count: files })}</p>
        {bytesMax !== null && (
          <progress
            aria-label={t('section.storage')}
            value={Math.min(bytes, bytesMax)}
            max={bytesMax}
            className="accent-accent h-2 w-full max-w-[480px]"
          />
        )}
      </section>
      <Part title={t('storage.byKind')} isEmpty={kinds.length === 0}>
        {kinds.map((kind) => (
          <Line
            key={kind.kind}
            name={t(`storage.kind.${kind.kind}`)}
            note={t('storage.files', { count: kind.files })}
            bytes={kind.bytes}
          />
        ))}
      </Part>
      <Part title={t('storage.owners')} isEmpty={biggestOwners.length === 0}>
        {biggestOwners.map(({ user, files: count, bytes: kept }) => (
          <Line key={user.id} name={<UserCell user={user} />} note={t('storage.files', { count })} bytes={kept} />
        ))}
      </Part>
      <Part title={t('storage.biggest')} isEmpty={biggestFiles.length === 0}>
        {biggestFiles.map((file) => (
          <Line
            key={file.id}
            name={file.name ?? t('storage.hidden', { kind: t(`storage.kind.${file.kind}`) })}
            note={
              <>
                {file.owner.displayName} · <RelativeTime at={file.createdAt} />
              </>
            }
            bytes={file.bytes}
          />
        ))}
      </Part>
    </div>
  )
}

function Part({ title, isEmpty, children }: { title: string; isEmpty: boolean; children: ReactNode }) {
  const { t } = useTranslation('admin')
  const headingId = useId()
  return (
    <section aria-labelledby={headingId} className="flex flex-col gap-1">
      <h3 id={headingId} className="text-sm font-semibold">
        {title}
      </h3>
      {isEmpty ? <p className="text-muted text-sm">{t('storage.none')}</p> : <ul>{children}</ul>}
    </section>
  )
}

function Line({ name, note, bytes }: { name: ReactNode; note: ReactNode; bytes: number }) {
  const { i18n } = useTranslation('admin')
  return (
    <li className="border-subtle flex min-h-12 items-center gap-4 border-b py-1.5 last:border-b-0">
      <div className="min-w-0 flex-1 truncate">{name}</div>
      <span className="text-muted hidden truncate text-sm sm:block">{note}</span>
      <span className="w-24 flex-none text-right tabular-nums">{formatSize(bytes, i18n.language)}</span>
    </li>
  )
}
