import { textLengthMax } from '@parley/protocol/messages'
import type { Room } from '@parley/protocol/rooms'
import { Plus, X } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import { useSelector } from 'react-redux'
import { IconButton } from '../../ui/icon-button.tsx'
import { useClient } from '../../realtime/client-context.tsx'
import { AttachmentTray } from '../files/attachment-tray.tsx'
import { removeAttachment, retryAttachment, useAttachments } from '../files/attachments.ts'
import { useUser } from '../people/use-user.ts'
import { ComposerField } from './composer-field.tsx'
import { selectDraft, type DraftsRoot } from './drafts-slice.ts'
import { QuotedWords, useQuotedRow } from './quote.tsx'
import { useAddFiles } from './use-add-files.ts'
import { useSend } from './use-send.ts'
import { useTypingNotice } from './use-typing-notice.ts'
import { useKeptDraft } from './use-kept-draft.ts'

const counterFrom = textLengthMax - 1_000

interface ComposerProps {
  room: Room
  ownId: string
  field: Ref<HTMLTextAreaElement>
  /** Something was sent; the list follows it to the end. */
  onSent: () => void
  /** ArrowUp in an empty field: the last own message is to be edited. */
  onEditLast: () => void
}

/** Where messages are written. What is in it survives leaving the room and reloading. */
export function Composer({ room, ownId, field, onSent, onEditLast }: ComposerProps) {
  const { t } = useTranslation('messages')
  const client = useClient()
  const tray = `${ownId}/${room.id}`
  const attachments = useAttachments(tray)
  const draft = useSelector((root: DraftsRoot) => selectDraft(root, room.id))
  const text = draft?.text ?? ''
  const write = useKeptDraft(room.id)
  const noticeTyping = useTypingNotice(room.id)
  const { send, canSend, isWaiting } = useSend({ roomId: room.id, tray, text, attachments, onSent })
  const picker = useRef<HTMLInputElement>(null)
  const peer = useUser(room.peer?.id ?? '')

  const addFiles = useAddFiles(tray)
  const onKey = (key: string) => {
    if (key === 'ArrowUp' && text === '') onEditLast()
    else if (key === 'Escape' && draft?.replyTo !== undefined) write({ text })
    else return false
    return true
  }

  return (
    <ComposerBox>
      {draft?.replyTo !== undefined && <ReplyChip seq={draft.replyTo} onClose={() => write({ text })} />}
      <AttachmentTray
        attachments={attachments}
        onRemove={(key) => removeAttachment(tray, key)}
        onRetry={(key) => retryAttachment(client, tray, key)}
      />
      {isWaiting && attachments.some(({ state }) => state !== 'uploaded') && (
        <p className="text-muted px-4 pt-2 text-sm">{t('composer.waitsForFiles')}</p>
      )}
      <ComposerField
        field={field}
        roomId={room.id}
        value={text}
        onChange={(next) => {
          write({ ...draft, text: next })
          if (next.trim() !== '') noticeTyping()
        }}
        onSubmit={send}
        canSubmit={canSend}
        onKey={onKey}
        onFiles={addFiles}
        label={t('composer.placeholder', { name: peer?.displayName ?? room.name })}
        submitLabel={t('composer.send')}
        before={
          <IconButton label={t('composer.attach')} onClick={() => picker.current?.click()}>
            <Plus />
          </IconButton>
        }
      />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t('composer.attach')}
        onChange={({ target }) => {
          addFiles([...(target.files ?? [])])
          target.value = ''
        }}
      />
      <LengthNote
        length={text.length}
        onAttach={() => {
          addFiles([new File([text], 'message.txt', { type: 'text/plain' })])
          write({ ...draft, text: '' })
        }}
      />
    </ComposerBox>
  )
}

/** The frame around a composer. */
export function ComposerBox({ children }: { children: ReactNode }) {
  return (
    <div className="border-subtle bg-raised shadow-raised focus-within:border-strong relative mx-2 mb-2 flex-none rounded-lg border pb-[env(safe-area-inset-bottom)] md:mx-4 md:mb-4">
      {children}
    </div>
  )
}

function ReplyChip({ seq, onClose }: { seq: number; onClose: () => void }) {
  const { t } = useTranslation('messages')
  const row = useQuotedRow(seq)
  return (
    <ComposerNote label={t('composer.replyTo')} closeLabel={t('composer.cancelReply')} onClose={onClose}>
      {row ? <QuotedWords row={row} /> : null}
    </ComposerNote>
  )
}

interface ComposerNoteProps {
  label: string
  closeLabel: string
  onClose: () => void
  children: ReactNode
}

/** What the words being written belong to. */
export function ComposerNote({ label, closeLabel, onClose, children }: ComposerNoteProps) {
  return (
    <div className="text-muted flex items-center gap-2 pt-1 pr-2 pl-4 text-sm">
      <span className="text-accent flex-none font-semibold">{label}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      <IconButton label={closeLabel} shortcut="Escape" onClick={onClose}>
        <X />
      </IconButton>
    </div>
  )
}

function LengthNote({ length, onAttach }: { length: number; onAttach: () => void }) {
  const { t, i18n } = useTranslation('messages')
  if (length < counterFrom) return null
  const over = length > textLengthMax
  return (
    <p className={`flex flex-wrap gap-x-3 px-4 pb-2 text-sm tabular-nums ${over ? 'text-danger' : 'text-muted'}`}>
      {t(over ? 'composer.tooLong' : 'composer.length', {
        length: length.toLocaleString(i18n.language),
        lengthMax: textLengthMax.toLocaleString(i18n.language),
      })}
      {over && (
        <button type="button" onClick={onAttach} className="font-semibold underline underline-offset-[3px]">
          {t('composer.sendAsFile')}
        </button>
      )}
    </p>
  )
}
