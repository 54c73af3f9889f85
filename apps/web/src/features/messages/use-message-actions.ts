import type { EditMessage, MessageRow } from '@parley/protocol/messages'
import { useStore } from 'react-redux'
import { useLocation } from 'wouter'
import { useClient } from '../../realtime/client-context.tsx'
import { showToast } from '../../ui/toast.tsx'
import { selectUsers, type PeopleRoot } from '../people/people-slice.ts'
import type { MessageActions } from './conversation-context.ts'
import { mentionsIn } from './mentions.ts'
import { reacted, type useRowPatches } from './row-patches.ts'

interface ActionOptions {
  roomId: string
  ownId: string
  run: ReturnType<typeof useRowPatches>['run']
  onReply: (row: MessageRow) => void
  onEdit: (row: MessageRow) => void
  onRecall: (row: MessageRow) => void
  onReport: (row: MessageRow) => void
  onJump: (seq: number) => void
}

/** What can be done to messages. The object stays the same, so that no row renders again because of it. */
export function useMessageActions(options: ActionOptions): MessageActions {
  const { t } = useTranslation('messages')
  const { socket, outbox } = useClient()
  const [, navigate] = useLocation()
  const latest = useRef(options)
  useLayoutEffect(() => {
    latest.current = options
  })
  const { roomId, ownId, run } = options
  return useMemo(() => {
    const copy = async (text: string, title: string) => {
      await navigator.clipboard.writeText(text)
      await showToast({ title })
    }
    return {
      reply: (row) => latest.current.onReply(row),
      edit: (row) => latest.current.onEdit(row),
      recall: (row) => latest.current.onRecall(row),
      report: (row) => latest.current.onReport(row),
      react: ({ seq, reactions = [] }, emoji) => {
        const on = !reactions.some((reaction) => reaction.emoji === emoji && reaction.userIds.includes(ownId))
        void run(
          seq,
          (row) => ({ ...row, reactions: reacted(row.reactions ?? [], emoji, ownId, on) }),
          () => socket.command('room.react', { roomId, seq, emoji, on }),
        )
      },
      pin: ({ seq, pinnedAt }) => {
        const on = pinnedAt === undefined
        void run(seq, on ? pinned : unpinned, () => socket.command('room.pin', { roomId, seq, on }))
      },
      copyText: (row) => void copy(wordsOf(row), t('action.textCopied')),
      copyLink: ({ seq }) => void copy(`${location.origin}/r/${roomId}/m/${seq}`, t('action.linkCopied')),
      jump: (seq) => {
        // The side panel stays open: it is often where the jump came from.
        navigate(`/r/${roomId}/m/${seq}${location.search}`)
        latest.current.onJump(seq)
      },
      retry: outbox.retry,
      discard: outbox.discard,
    }
  }, [roomId, ownId, run, socket, outbox, navigate, t])
}

/** The words of a message: its text, or what is written under its files. */
export const wordsOf = ({ body }: MessageRow): string =>
  body.kind === 'text' ? body.text : body.kind === 'media' ? (body.caption ?? '') : ''

const pinned = (row: MessageRow): MessageRow => ({ ...row, pinnedAt: row.createdAt })
const unpinned = (row: MessageRow): MessageRow => {
  const { pinnedAt: _, pinnedBy: __, ...rest } = row
  return rest
}

const recalled = (row: MessageRow, by: string): MessageRow => {
  const { reactions: _, editedAt: __, ...rest } = unpinned(row)
  return { ...rest, body: { kind: 'recall', by, at: row.createdAt } }
}

/** Saves new words for a message. */
export function useSaveEdit({ roomId, run }: Pick<ActionOptions, 'roomId' | 'run'>) {
  const { socket } = useClient()
  const store = useStore<PeopleRoot>()
  return ({ seq, body }: MessageRow, text: string) => {
    const mentions = mentionsIn(text, Object.values(selectUsers(store.getState())))
    const named = mentions.length > 0 ? { mentions } : {}
    const edited: EditMessage['body'] =
      body.kind === 'media' ? { kind: 'media', caption: text, ...named } : { kind: 'text', text, ...named }
    void run(
      seq,
      (row) => (row.body.kind === 'media' ? { ...row, body: { ...row.body, caption: text } } : withText(row, text)),
      () => socket.command('room.editMessage', { roomId, seq, body: edited }),
    )
  }
}

const withText = (row: MessageRow, text: string): MessageRow =>
  row.body.kind === 'text' ? { ...row, body: { ...row.body, text }, editedAt: row.editedAt ?? row.createdAt } : row

/** Takes a message back for everybody. */
export function useRecall({ roomId, ownId, run }: Pick<ActionOptions, 'roomId' | 'ownId' | 'run'>) {
  const { socket } = useClient()
  return ({ seq }: MessageRow) =>
    void run(
      seq,
      (row) => recalled(row, ownId),
      () => socket.command('room.recallMessage', { roomId, seq }),
    )
}
