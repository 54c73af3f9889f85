import { Button } from '@chakra-ui/react'
import { SendHorizontal, Square } from 'lucide-react'
import type { FormEvent, KeyboardEvent } from 'react'
import { TextArea } from '../../ui/text-field.tsx'

interface PlaygroundComposerProps {
  isReady: boolean
  isRunning: boolean
  onSend: (text: string) => void
  onStop: () => void
}

/** What to say next; stays in sight below a long answer. */
export function PlaygroundComposer({ isReady, isRunning, onSend, onStop }: PlaygroundComposerProps) {
  const { t } = useTranslation('relay')
  const [text, setText] = useState('')
  const canSend = isReady && !isRunning && text.trim() !== ''
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault()
    if (!canSend) return
    onSend(text)
    setText('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event)
  }
  return (
    <form onSubmit={send} className="bg-raised sticky bottom-0 flex flex-col gap-2 py-3">
      <TextArea
        label={t('playground.message')}
        rows={2}
        value={text}
        onKeyDown={onKeyDown}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="flex justify-end">
        {isRunning ? (
          <Button variant="outline" onClick={onStop}>
            <Square aria-hidden />
            {t('playground.stop')}
          </Button>
        ) : (
          <Button type="submit" disabled={!canSend}>
            <SendHorizontal aria-hidden />
            {t('playground.send')}
          </Button>
        )}
      </div>
    </form>
  )
}
