import { Button } from '@chakra-ui/react'
import { MessageSquareText } from 'lucide-react'
import { useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { selectProfile } from '../identity/identity-slice.ts'
import { freshKeyOf } from './fresh-key.ts'
import { parseCount, readOptional } from './limits.ts'
import { PlaygroundComposer } from './playground-composer.tsx'
import { PlaygroundFields, readTemperature, type PlaygroundDraft } from './playground-fields.tsx'
import { PlaygroundTurn } from './playground-turn.tsx'
import { useChat } from './use-chat.ts'

/** A conversation with any model a key may call, as a program would have it. */
export default function PlaygroundPage() {
  const { t } = useTranslation('relay')
  const profile = useSelector(selectProfile)
  const [draft, setDraft] = useState<PlaygroundDraft>(() => ({
    key: freshKeyOf(profile?.id),
    model: '',
    system: '',
    temperature: '',
    maxTokens: '',
  }))
  const { turns, isRunning, send, stop, clear } = useChat()
  const temperature = readTemperature(draft.temperature)
  const maxTokens = readOptional(draft.maxTokens, parseCount)
  const isReady = draft.key !== '' && draft.model !== '' && temperature !== undefined && maxTokens !== undefined
  const sendText = (text: string) => {
    if (temperature === undefined || maxTokens === undefined) return
    void send(text, { ...draft, temperature, maxTokens })
  }
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_280px]">
      <div className="lg:order-last">
        <PlaygroundFields draft={draft} onChange={(changed) => setDraft((current) => ({ ...current, ...changed }))} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        {turns.length === 0 ? (
          <div className="hidden lg:block">
            <EmptyState icon={<MessageSquareText />} title={t('playground.empty')}>
              {t('playground.emptyText')}
            </EmptyState>
          </div>
        ) : (
          <>
            <div
              role="log"
              aria-label={t('playground.conversation')}
              aria-busy={isRunning}
              className="flex flex-col gap-5"
            >
              {turns.map((turn, index) => (
                <PlaygroundTurn
                  // A turn stays where it is.
                  // oxlint-disable-next-line react/no-array-index-key
                  key={index}
                  turn={turn}
                  model={draft.model}
                  isRunning={isRunning && index === turns.length - 1}
                />
              ))}
            </div>
            <Button variant="ghost" size="sm" className="self-start" onClick={clear}>
              {t('playground.clear')}
            </Button>
          </>
        )}
        <PlaygroundComposer isReady={isReady} isRunning={isRunning} onSend={sendText} onStop={stop} />
      </div>
    </div>
  )
}
