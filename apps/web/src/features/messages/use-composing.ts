import type { MessageRow } from '@parley/protocol/messages'
import { useStore } from 'react-redux'
import { useAppDispatch } from '../../realtime/client-context.tsx'
import { draftWritten, selectDraft, type DraftsRoot } from './drafts-slice.ts'

interface ComposingOptions {
  roomId: string
  ownId: string
  canPost: boolean
  rows: readonly MessageRow[]
}

const isWritten = ({ body }: MessageRow) => body.kind === 'text' || body.kind === 'media'

/** What the composer is about: something new, a reply, or a message being edited. */
export function useComposing({ roomId, ownId, canPost, rows }: ComposingOptions) {
  const dispatch = useAppDispatch()
  const store = useStore<DraftsRoot>()
  const field = useRef<HTMLTextAreaElement>(null)
  const [editing, setEditing] = useState<MessageRow | null>(null)

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  const focus = () => requestAnimationFrame(() => field.current?.focus())
  const reply = (row: MessageRow) => {
    const draft = selectDraft(store.getState(), roomId)
    dispatch(draftWritten({ roomId, draft: { text: draft?.text ?? '', replyTo: row.seq } }))
    setEditing(null)
    focus()
  }
  const stopEditing = () => {
    setEditing(null)
    focus()
  }
  const editLast = () => {
    const last = rows.findLast((row) => row.senderId === ownId && isWritten(row))
    if (last) setEditing(last)
  }
  /** The keys of a message that has the focus; answers whether one meant something. */
  const onRowKey = (key: string, seq: number) => {
    const row = rows.find((candidate) => candidate.seq === seq)
    if (key === 'Escape') focus()
    else if (!row || !canPost || !isWritten(row)) return false
    else if (key === 'r') reply(row)
    else if (key === 'e' && row.senderId === ownId) setEditing(row)
    else return false
    return true
  }
  return { field, editing, edit: setEditing, stopEditing, reply, editLast, onRowKey }
}
