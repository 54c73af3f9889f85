import { Skeleton, useIsSlow } from '../../ui/skeleton.tsx'

const shapes = [
  ['w-28', 'w-3/5'],
  ['w-24', 'w-2/5'],
  ['w-32', 'w-4/5'],
  ['w-24', 'w-1/3'],
  ['w-36', 'w-1/2'],
  ['w-28', 'w-2/3'],
] as const

/** The shape of messages on their way, after a moment. */
export function MessagesSkeleton() {
  const { t } = useTranslation('messages')
  const slow = useIsSlow()
  return (
    <div
      role="status"
      aria-label={t('list.loading')}
      className="flex min-h-0 flex-1 flex-col justify-end gap-5 overflow-hidden px-3 pb-6 md:px-5"
    >
      {slow &&
        shapes.map(([name, words]) => (
          <div key={name + words} className="flex gap-3">
            <Skeleton className="size-9 flex-none !rounded-full" />
            <div className="flex flex-1 flex-col gap-2 pt-1">
              <Skeleton className={`h-3 ${name}`} />
              <Skeleton className={`h-3 ${words}`} />
            </div>
          </div>
        ))}
    </div>
  )
}
