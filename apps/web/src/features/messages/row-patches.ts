import type { MessageRow, Reaction, Written } from '@parley/protocol/messages'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'

/** What somebody just did to a message, shown until the server's row says the same. */
export interface RowPatch {
  seq: number
  apply: (row: MessageRow) => MessageRow
  /** The change that holds it, once the server has answered. */
  writtenAt: number | null
}

const isDue = ({ writtenAt }: RowPatch, row: MessageRow) => writtenAt === null || row.change < writtenAt

/** Rows as they will be. Rows without a patch stay the same objects. */
export function patchRows(rows: readonly MessageRow[], patches: readonly RowPatch[]): readonly MessageRow[] {
  if (patches.length === 0) return rows
  return rows.map((row) =>
    patches.filter((patch) => patch.seq === row.seq && isDue(patch, row)).reduce((now, { apply }) => apply(now), row),
  )
}

/** The reactions after somebody reacted, or took it back. */
export function reacted(reactions: readonly Reaction[], emoji: string, userId: string, on: boolean): Reaction[] {
  const others = reactions.find((reaction) => reaction.emoji === emoji)?.userIds.filter((id) => id !== userId) ?? []
  const userIds = on ? [...others, userId] : others
  if (!reactions.some((reaction) => reaction.emoji === emoji)) return [...reactions, { emoji, userIds }]
  return reactions
    .map((reaction) => (reaction.emoji === emoji ? { emoji, userIds } : reaction))
    .filter((reaction) => reaction.userIds.length > 0)
}

/** Shows what is done at once, and takes it back with a word when the server refuses. */
export function useRowPatches(rows: readonly MessageRow[]) {
  const { engine } = useClient()
  const errorText = useErrorText()
  const [patches, setPatches] = useState<readonly RowPatch[]>([])
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  })

  const run = useCallback(
    async (seq: number, apply: RowPatch['apply'], command: () => Promise<Written>) => {
      const patch: RowPatch = { seq, apply, writtenAt: null }
      const known = new Map(latest.current.map((row) => [row.seq, row]))
      const isNeeded = (one: RowPatch) => {
        const row = known.get(one.seq)
        return row !== undefined && isDue(one, row)
      }
      setPatches((current) => [...current.filter(isNeeded), patch])
      try {
        const written = await command()
        engine.written(written)
        setPatches((current) => current.map((one) => (one === patch ? { ...patch, writtenAt: written.change } : one)))
      } catch (error) {
        setPatches((current) => current.filter((one) => one !== patch))
        await showToast({ title: errorText(error) })
      }
    },
    [engine, errorText],
  )

  return { rows: useMemo(() => patchRows(rows, patches), [rows, patches]), run }
}
