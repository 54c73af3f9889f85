import type { OutboxEntry } from '@parley/client/outbox-store'
import { useSelector } from 'react-redux'
import { useFailureText } from '../../errors/error-text.ts'
import { selectConnectionState } from '../../realtime/connection-slice.ts'
import { MessageFiles } from '../files/message-files.tsx'
import { useConversation } from './conversation-context.ts'
import { MessageFrame } from './message-row.tsx'
import { MessageText } from './message-text.tsx'
import { Quote } from './quote.tsx'

interface EntryRowProps {
  entry: OutboxEntry
  createdAt: string
  starts: boolean
}

/** A message that is not stored yet, in the place it will have. */
export const EntryRow = memo(function EntryRow({ entry, createdAt, starts }: EntryRowProps) {
  const { t } = useTranslation('messages')
  const { ownId } = useConversation()
  const { body, replyTo, files = [] } = entry
  const text = body.kind === 'text' ? body.text : body.caption
  return (
    <article
      tabIndex={-1}
      aria-busy={entry.state === 'sending'}
      className="group/row bg-own focus-visible:-outline-offset-2 relative"
    >
      <MessageFrame
        senderId={ownId}
        createdAt={createdAt}
        starts={starts}
        aside={entry.state === 'sending' && <span className="sr-only">{t('entry.sending')}</span>}
      >
        {replyTo !== undefined && <Quote seq={replyTo} />}
        <div className={entry.state === 'sending' ? 'opacity-70' : ''}>
          {files.length > 0 && <MessageFiles files={files} />}
          {text && <MessageText text={text} mentions={body.mentions} />}
        </div>
        <EntryState entry={entry} />
      </MessageFrame>
    </article>
  )
})

function EntryState({ entry }: { entry: OutboxEntry }) {
  const { clientId, state, errorCode = 'INTERNAL_ERROR', errorReason: reason } = entry
  const { t } = useTranslation('messages')
  const failureText = useFailureText()
  const { actions } = useConversation()
  const connection = useSelector(selectConnectionState)
  // A short dip of the line is not worth a word; the message is kept and goes out by itself.
  if (state === 'waiting' || (state === 'sending' && connection === 'offline'))
    return (
      <p className="text-muted flex flex-wrap gap-x-3 text-sm">
        {t('entry.waiting')}
        {state === 'waiting' && (
          <EntryButton onClick={() => actions.discard(clientId)}>{t('entry.delete')}</EntryButton>
        )}
      </p>
    )
  if (state !== 'failed') return null
  return (
    <p role="alert" className="text-danger flex flex-wrap gap-x-3 text-sm">
      {t('entry.failed', { reason: failureText(errorCode, { reason }) })}
      <EntryButton onClick={() => actions.retry(clientId)}>{t('entry.retry')}</EntryButton>
      <EntryButton onClick={() => actions.discard(clientId)}>{t('entry.delete')}</EntryButton>
    </p>
  )
}

function EntryButton({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <button type="button" onClick={onClick} className="font-semibold underline underline-offset-[3px]">
      {children}
    </button>
  )
}
