const appearAfterMs = 150

/** Whether a wait has lasted long enough to be worth showing; a skeleton that flashes is worse than none. */
export const useIsSlow = (afterMs = appearAfterMs) => {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), afterMs)
    return () => clearTimeout(timer)
  }, [afterMs])
  return slow
}

/** One grey shape, sized by `className`. */
export function Skeleton({ className = '' }: { className?: string }) {
  return (
    <span aria-hidden className={`bg-hover block animate-[pulse_1.6s_ease-in-out_infinite] rounded-md ${className}`} />
  )
}

interface SkeletonRowsProps {
  rows: number
  /** `false` leaves out the round shape in front. */
  avatar?: boolean
  className?: string
}

const widths = ['w-2/5', 'w-3/5', 'w-1/3', 'w-1/2']

/** Rows of a list that is on its way, shown after 150 ms. */
export function SkeletonRows({ rows, avatar = true, className = '' }: SkeletonRowsProps) {
  const { t } = useTranslation('ui')
  const slow = useIsSlow()
  return (
    <div role="status" aria-label={t('loading')} className={`flex flex-col gap-1 ${className}`}>
      {slow &&
        Array.from({ length: rows }, (_, index) => (
          <div key={index} className="flex h-[52px] items-center gap-2.5 px-3">
            {avatar && <Skeleton className="size-9 flex-none !rounded-full" />}
            <div className="flex flex-1 flex-col gap-2">
              <Skeleton className={`h-3 ${widths[index % widths.length]}`} />
              <Skeleton className={`h-2.5 ${widths[(index + 1) % widths.length]}`} />
            </div>
          </div>
        ))}
    </div>
  )
}
