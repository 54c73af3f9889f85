interface FigureTileProps {
  label: string
  value: string
  /** What it is made of, or measured against. */
  note?: string | undefined
}

/** One figure with its name. */
export function FigureTile({ label, value, note }: FigureTileProps) {
  return (
    <div className="border-subtle flex min-w-0 flex-col gap-1 rounded-lg border p-4">
      <dt className="text-muted text-sm">{label}</dt>
      <dd className="truncate text-xl font-semibold tabular-nums">{value}</dd>
      {note !== undefined && <dd className="text-muted text-sm tabular-nums">{note}</dd>}
    </div>
  )
}
