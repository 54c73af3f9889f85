import type { RelayToken } from '@parley/protocol/relay'
import type { RelayChannel } from '@parley/protocol/relay-channels'
import { CircleCheck, LoaderCircle } from 'lucide-react'
import { Link } from 'wouter'
import { apiOrigin } from '../../api-origin.ts'
import { Choice } from '../../ui/choice.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { KeyWarning } from './key-dialog.tsx'
import { snippetLanguages, snippets, type SnippetLanguage } from './snippets.ts'
import { useFirstCall } from './use-first-call.ts'

/** Each by its own name. */
const languageNames: Record<SnippetLanguage, string> = { curl: 'curl', python: 'Python', node: 'Node' }

interface FirstCallProps {
  /** One that was just made: only then it holds its key. */
  token: RelayToken
  channel: RelayChannel
}

/** Lines that make a first call as they stand, and whether it has arrived. */
export function FirstCall({ token, channel }: FirstCallProps) {
  const { t } = useTranslation('relay')
  const [language, setLanguage] = useState<SnippetLanguage>('curl')
  const model = channel.models.find((name) => !name.includes('*')) ?? 'gpt-4.1-mini'
  const lines = snippets[language]({ baseUrl: `${apiOrigin}/v1`, key: token.key ?? '', model })
  return (
    <section aria-label={t('start.call.title')} className="border-subtle flex flex-col gap-4 rounded-lg border p-4">
      <h3 className="font-semibold">{t('start.call.title')}</h3>
      <KeyWarning />
      <CopyField label={t('key.label')} text={token.key ?? ''} copyLabel={t('key.copy')} copiedText={t('copied')} />
      <p className="text-muted">{t('start.call.text')}</p>
      <Choice
        label={t('start.call.language')}
        value={language}
        options={snippetLanguages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={setLanguage}
      />
      <CopyField label={t('start.call.lines')} text={lines} copyLabel={t('copy')} copiedText={t('copied')} />
      <Arrival tokenId={token.id} />
    </section>
  )
}

function Arrival({ tokenId }: { tokenId: string }) {
  const { t } = useTranslation('relay')
  const call = useFirstCall(tokenId)
  return (
    <div role="status" className="flex flex-wrap items-center gap-2">
      {call ? (
        <>
          <CircleCheck aria-hidden className="icon text-success flex-none" />
          {t('start.call.arrived', { model: call.model, status: call.status })}
          <Link to={`/relay/logs?log=${call.id}`} className="text-accent underline">
            {t('start.call.look')}
          </Link>
        </>
      ) : (
        <>
          <LoaderCircle aria-hidden className="icon text-muted flex-none animate-[pulse_1.6s_ease-in-out_infinite]" />
          <span className="text-muted">{t('start.call.waiting')}</span>
        </>
      )}
    </div>
  )
}
