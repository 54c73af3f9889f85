import { Link } from 'wouter'
import { formatSpan } from '../../ui/format-span.ts'
import { FormError } from '../../ui/form-error.tsx'
import { formatMicros } from './money.ts'
import type { Turn } from './use-chat.ts'

interface PlaygroundTurnProps {
  turn: Turn
  model: string
  isRunning: boolean
}

/** What somebody said, or the model, and what that took. */
export function PlaygroundTurn({ turn, model, isRunning }: PlaygroundTurnProps) {
  const { t } = useTranslation('relay')
  const { role, text, thinking, problem, isStopped } = turn
  return (
    <article className="flex flex-col gap-1">
      <h3 className="text-sm font-semibold">{role === 'user' ? t('playground.you') : model}</h3>
      {thinking !== '' && (
        <details>
          <summary className="text-muted text-sm">{t('playground.thinking')}</summary>
          <p className="text-muted border-subtle border-l-2 pl-3 text-sm wrap-anywhere whitespace-pre-wrap">
            {thinking}
          </p>
        </details>
      )}
      <p className="max-w-[72ch] wrap-anywhere whitespace-pre-wrap">
        {text}
        {isRunning && (
          <span
            aria-hidden
            className="bg-accent ml-0.5 inline-block h-4 w-1.5 animate-[pulse_1s_ease-in-out_infinite]"
          />
        )}
      </p>
      {isStopped && <p className="text-muted text-sm">{t('playground.stopped')}</p>}
      <FormError message={problem ?? undefined} />
      {role === 'assistant' && <Took turn={turn} />}
    </article>
  )
}

function Took({ turn: { usage, firstTokenMs, log } }: { turn: Turn }) {
  const { t, i18n } = useTranslation('relay')
  const number = (value: number) => value.toLocaleString(i18n.language)
  const facts = [
    usage && t('playground.usage', { input: number(usage.inputTokens), output: number(usage.outputTokens) }),
    firstTokenMs !== null && t('playground.firstToken', { duration: formatSpan(firstTokenMs, i18n.language) }),
    log && t('playground.cost', { cost: formatMicros(log.cost, i18n.language) }),
  ].filter((fact) => typeof fact === 'string')
  if (facts.length === 0) return null
  return (
    <p className="text-muted text-sm tabular-nums">
      {facts.join(' · ')}
      {log && (
        <>
          {' · '}
          <Link to={`/relay/logs?log=${log.id}`} className="text-accent hover:underline">
            {t('playground.look')}
          </Link>
        </>
      )}
    </p>
  )
}
