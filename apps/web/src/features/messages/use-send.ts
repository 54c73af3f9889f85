import { textLengthMax, type SendBody } from '@parley/protocol/messages'
import { useStore } from 'react-redux'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { clearAttachments, type Attachment } from '../files/attachments.ts'
import { selectUsers, type PeopleRoot } from '../people/people-slice.ts'
import { draftSent, type Draft } from './drafts-slice.ts'
import { mentionsIn } from './mentions.ts'

const captionLengthMax = 2_000

interface SendOptions {
  roomId: string
  tray: string
  draft: Draft | undefined
  attachments: readonly Attachment[]
  onSent: () => void
}

/** The bodies that carry these words and files: a text too long for a caption follows as a message of its own. */
export function bodiesOf(text: string, mentions: string[], fileIds: string[]): SendBody[] {
  const named = mentions.length > 0 ? { mentions } : {}
  if (fileIds.length === 0) return text === '' ? [] : [{ kind: 'text', text, ...named }]
  if (text === '') return [{ kind: 'media', fileIds }]
  if (text.length <= captionLengthMax) return [{ kind: 'media', fileIds, caption: text, ...named }]
  return [
    { kind: 'media', fileIds },
    { kind: 'text', text, ...named },
  ]
}

/** Sends what the composer holds, once its files are uploaded. */
export function useSend({ roomId, tray, draft, attachments, onSent }: SendOptions) {
  const { outbox } = useClient()
  const dispatch = useAppDispatch()
  const store = useStore<PeopleRoot>()
  const [isAsked, setIsAsked] = useState(false)
  const text = draft?.text.trim() ?? ''
  const isEmpty = text === '' && attachments.length === 0
  const isUploading = attachments.some(({ state }) => state === 'waiting' || state === 'uploading')
  const hasFailed = attachments.some(({ state }) => state === 'failed')
  const canSend = !isEmpty && !hasFailed && text.length <= textLengthMax
  const isWaiting = isAsked && isUploading

  const deliver = () => {
    const files = attachments.map(({ entity }) => entity).filter((entity) => entity !== undefined)
    const mentions = mentionsIn(text, Object.values(selectUsers(store.getState())))
    const bodies = bodiesOf(
      text,
      mentions,
      files.map(({ id }) => id),
    )
    bodies.forEach((body, index) => {
      const reply = index === 0 && draft?.replyTo !== undefined ? { replyTo: draft.replyTo } : {}
      outbox.send({ roomId, body, ...reply, ...(body.kind === 'media' && { files }) })
    })
    dispatch(draftSent({ roomId }))
    clearAttachments(tray)
    setIsAsked(false)
    onSent()
  }

  useEffect(() => {
    if (!isAsked) return
    if (!canSend) setIsAsked(false)
    else if (!isUploading) deliver()
  })

  return { send: () => (isUploading ? setIsAsked(true) : deliver()), canSend: canSend && !isWaiting, isWaiting }
}
