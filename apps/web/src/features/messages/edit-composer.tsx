import { textLengthMax, type MessageRow } from '@parley/protocol/messages'
import { ComposerBox, ComposerNote } from './composer.tsx'
import { ComposerField } from './composer-field.tsx'
import { wordsOf } from './use-message-actions.ts'

const captionLengthMax = 2_000

interface EditComposerProps {
  row: MessageRow
  onSave: (text: string) => void
  onCancel: () => void
}

/** Takes the composer's place while a message is edited. */
export function EditComposer({ row, onSave, onCancel }: EditComposerProps) {
  const { t } = useTranslation('messages')
  const [text, setText] = useState(() => wordsOf(row))
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    const { current } = field
    current?.focus()
    current?.setSelectionRange(current.value.length, current.value.length)
  }, [])
  const isMedia = row.body.kind === 'media'
  const fits = text.length <= (isMedia ? captionLengthMax : textLengthMax)
  return (
    <ComposerBox>
      <ComposerNote label={t('composer.editing')} closeLabel={t('composer.cancelEdit')} onClose={onCancel}>
        {t('composer.editHint')}
      </ComposerNote>
      <ComposerField
        field={field}
        roomId={row.roomId}
        value={text}
        onChange={setText}
        onSubmit={() => (text.trim() === wordsOf(row) ? onCancel() : onSave(text.trim()))}
        canSubmit={fits && (isMedia || text.trim() !== '')}
        onKey={(key) => {
          if (key !== 'Escape') return false
          onCancel()
          return true
        }}
        label={t('composer.editLabel')}
        submitLabel={t('composer.save')}
        saves
      />
    </ComposerBox>
  )
}
