import { Button } from '@chakra-ui/react'
import { createToken, type RelayToken } from '@parley/protocol/relay'
import { createChannel, listChannels, type RelayChannel } from '@parley/protocol/relay-channels'
import { CircleCheck } from 'lucide-react'
import type { FormEvent, ReactNode } from 'react'
import { useErrorText } from '../../errors/error-text.ts'
import { useClient } from '../../realtime/client-context.tsx'
import { ErrorState } from '../../ui/error-state.tsx'
import { FormError } from '../../ui/form-error.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { ChannelDialog } from './channel-dialog.tsx'
import { channelDraftFor, readChannel } from './channel-draft.ts'
import { TrialResult, useTrial } from './channel-trial.tsx'
import { FirstCall } from './first-call.tsx'
import { useRelayError } from './use-relay-error.ts'

/** The group a first token is made in. */
const firstGroup = 'default'

/** From nothing to a first call: a channel, a test of it, a token, and lines to paste. */
export default function StartPage() {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useErrorText()
  const [made, setMade] = useState<RelayChannel>()
  const [token, setToken] = useState<RelayToken>()
  const load = useCallback(
    (signal: AbortSignal) => rest.call(listChannels, { query: { status: 'enabled', per_page: 1 } }, { signal }),
    [rest],
  )
  const channels = useLoaded(load)
  if (channels.status === 'loading') return <SkeletonRows rows={3} avatar={false} />
  if (channels.status === 'failed') return <ErrorState message={errorText(channels.error)} onRetry={channels.retry} />
  const channel = made ?? channels.data.data.channels[0]
  return (
    <div className="flex max-w-[640px] flex-col gap-4">
      <p className="text-muted">{t('start.intro')}</p>
      <ol className="flex flex-col gap-4">
        <Step number={1} title={t('start.channel.title')} isDone={channel !== undefined}>
          {channel ? <p>{t('start.channel.done', { name: channel.name })}</p> : <ChannelStep onMade={setMade} />}
        </Step>
        <Step number={2} title={t('start.test.title')} isWaiting={!channel}>
          {channel && <TestStep key={channel.id} channel={channel} />}
        </Step>
        <Step number={3} title={t('start.token.title')} isWaiting={!channel} isDone={token !== undefined}>
          {channel && !token && <TokenStep onMade={setToken} />}
          {token && <p>{t('start.channel.done', { name: token.name })}</p>}
        </Step>
        {channel && token && (
          <li>
            <FirstCall token={token} channel={channel} />
          </li>
        )}
      </ol>
    </div>
  )
}

interface StepProps {
  number: number
  title: string
  isDone?: boolean
  /** Not yet its turn. */
  isWaiting?: boolean
  children: ReactNode
}

function Step({ number, title, isDone = false, isWaiting = false, children }: StepProps) {
  const { t } = useTranslation('relay')
  return (
    <li className="border-subtle flex gap-3 rounded-lg border p-4">
      <span
        className={`grid size-7 flex-none place-items-center rounded-full text-sm font-semibold ${isWaiting ? 'bg-hover text-muted' : 'bg-accent-soft text-accent'}`}
      >
        {isDone ? <CircleCheck aria-hidden className="icon text-success" /> : <span aria-hidden>{number}</span>}
        <span className="sr-only">{t('start.step', { number })}</span>
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-3">
        <h3 className={`pt-0.5 font-semibold ${isWaiting ? 'text-muted' : ''}`}>{title}</h3>
        {children}
      </div>
    </li>
  )
}

function ChannelStep({ onMade }: { onMade: (channel: RelayChannel) => void }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const [choosing, setChoosing] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const useBuiltIn = async () => {
    const body = readChannel(channelDraftFor('answers', t('channels.providers.answers')))
    if (body === null) return
    setBusy(true)
    setProblem(undefined)
    try {
      const { data } = await rest.call(createChannel, { body })
      onMade(data)
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <>
      <p className="text-muted">{t('start.channel.text')}</p>
      <div className="flex flex-wrap gap-2">
        <Button disabled={busy} onClick={() => void useBuiltIn()}>
          {t('start.channel.builtIn')}
        </Button>
        <Button variant="outline" onClick={() => setChoosing(true)}>
          {t('start.channel.own')}
        </Button>
      </div>
      <FormError message={problem} />
      {choosing && <ChannelDialog channel={null} onSaved={onMade} onClose={() => setChoosing(false)} />}
    </>
  )
}

function TestStep({ channel }: { channel: RelayChannel }) {
  const { t } = useTranslation('relay')
  const { trial, run } = useTrial(channel)
  return (
    <>
      <p className="text-muted">{t('start.test.text')}</p>
      <Button
        className="self-start"
        variant={trial.state === 'idle' ? 'solid' : 'outline'}
        disabled={trial.state === 'running'}
        aria-label={t('channels.testNamed', { name: channel.name })}
        onClick={() => void run()}
      >
        {t('channels.test')}
      </Button>
      {trial.state !== 'idle' && <TrialResult trial={trial} />}
    </>
  )
}

function TokenStep({ onMade }: { onMade: (token: RelayToken) => void }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const errorText = useRelayError()
  const [name, setName] = useState(t('start.token.name'))
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const make = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      const { data } = await rest.call(createToken, {
        params: { group: firstGroup },
        query: { auto_create_group: true },
        body: { name: name.trim() },
      })
      onMade(data)
    } catch (error) {
      setProblem(errorText(error))
      setBusy(false)
    }
  }
  return (
    <form onSubmit={make} className="flex flex-col gap-3">
      <p className="text-muted">{t('start.token.text')}</p>
      <TextField
        label={t('tokens.name')}
        value={name}
        maxLength={32}
        required
        autoComplete="off"
        onChange={({ target }) => setName(target.value)}
      />
      <FormError message={problem} />
      <Button type="submit" className="self-start" disabled={busy || name.trim() === ''}>
        {t('tokens.make')}
      </Button>
    </form>
  )
}
