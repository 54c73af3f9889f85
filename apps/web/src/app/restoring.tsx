import { Skeleton, SkeletonRows, useIsSlow } from '../ui/skeleton.tsx'

const patientForMs = 4_000

/** The shape of the workspace while it is not yet known who is signed in. */
export function Restoring() {
  const { t } = useTranslation('app')
  const slow = useIsSlow()
  const unreachable = useIsSlow(patientForMs)
  return (
    <div role="status" aria-label={t('restoring')} className="flex h-dvh">
      {slow && (
        <>
          <div className="border-subtle hidden w-16 border-r p-3 md:block">
            <Skeleton className="!rounded-lg size-10" />
          </div>
          <div className="bg-panel border-subtle w-full p-3 md:w-[296px] md:border-r">
            <Skeleton className="mb-4 h-9" />
            <SkeletonRows rows={8} className="-mx-3" />
          </div>
          <div className="bg-raised hidden flex-1 md:block" />
          {unreachable && (
            <p className="bg-fg text-raised fixed inset-x-4 bottom-4 mx-auto max-w-max rounded-md px-4 py-2.5">
              {t('unreachable')}
            </p>
          )}
        </>
      )}
    </div>
  )
}
