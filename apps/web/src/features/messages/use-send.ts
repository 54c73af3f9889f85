import type { FileEntity } from '@parley/protocol/files'
import { textLengthMax, type SendBody } from '@parley/protocol/messages'
import { useStore } from 'react-redux'
import { useAppDispatch, useClient } from '../../realtime/client-context.tsx'
import { clearAttachments, uploadedFiles, type Attachment } from '../files/attachments.ts'
import { selectUsers, type PeopleRoot } from '../people/people-slice.ts'
import { draftSent, selectDraft, type DraftsRoot } from './drafts-slice.ts'
import { mentionsIn } from './mentions.ts'

const captionLengthMax = 2_000

interface SendOptions {
  roomId: string
  tray: string
  text: string
  attachments: readonly Attachment[]
  onSent: () => void
}

/** The bodies that carry these words and files: a text too long for a caption follows as a message of its own. */
export function bodiesOf(text: string, mentions: string[], files: readonly FileEntity[]): SendBody[] {
  const fileIds = files.map(({ id }) => id)
  const named = mentions.length > 0 ? { mentions } : {}
  if (fileIds.length === 0) return text === '' ? [] : [{ kind: 'text', text, ...named }]
  if (text === '') return [{ kind: 'media', fileIds }]
  if (text.length <= captionLengthMax) return [{ kind: 'media', fileIds, caption: text, ...named }]
  return [
    { kind: 'media', fileIds },
    { kind: 'text', text, ...named },
  ]
}

/** Sends what the composer holds, once its files are uploaded: even if somebody has gone to another room by then. */
export function useSend({ roomId, tray, text, attachments, onSent }: SendOptions) {
  const { outbox } = useClient()
  const dispatch = useAppDispatch()
  const store = useStore<PeopleRoot & DraftsRoot>()
  const [isWaiting, setIsWaiting] = useState(false)
  const isEmpty = text.trim() === '' && attachments.length === 0
  const hasFailed = attachments.some(({ state }) => state === 'failed')
  const canSend = !isEmpty && !hasFailed && !isWaiting && text.length <= textLengthMax

  const deliver = (files: readonly FileEntity[]) => {
    const state = store.getState()
    const draft = selectDraft(state, roomId)
    const words = draft?.text.trim() ?? ''
    const mentions = mentionsIn(words, Object.values(selectUsers(state)))
    bodiesOf(words, mentions, files).forEach((body, index) => {
      const reply = index === 0 && draft?.replyTo !== undefined ? { replyTo: draft.replyTo } : {}
      outbox.send({ roomId, body, ...reply, ...(body.kind === 'media' && { files }) })
    })
    dispatch(draftSent({ roomId }))
    clearAttachments(tray)
    onSent()
  }
  const sendUploaded = async () => {
    setIsWaiting(true)
    const files = await uploadedFiles(tray)
    setIsWaiting(false)
    if (files) deliver(files)
  }

  return { send: () => (attachments.length > 0 ? void sendUploaded() : deliver([])), canSend, isWaiting }
}
