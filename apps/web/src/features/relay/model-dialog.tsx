import {
  getModelConfig,
  setModelConfig,
  type DatedPrice,
  type ModelConfig,
  type ModelHistory,
} from '@parley/protocol/relay-models'
import { modelLengthMax } from '@parley/protocol/relay-fields'
import { useClient } from '../../realtime/client-context.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { FormDialog } from './form-dialog.tsx'
import { parseCount, readOptional } from './limits.ts'
import { formatMicros } from './money.ts'
import { priceDraftOf, readPrice } from './price-draft.ts'
import { PriceFields } from './price-fields.tsx'

interface ModelDialogProps {
  /** Null for one that no channel serves yet. */
  config: ModelConfig | null
  onSaved: () => void
  onClose: () => void
}

/** What a model costs from when on, and the most it may put out. */
export function ModelDialog({ config, onSaved, onClose }: ModelDialogProps) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const [name, setName] = useState(config?.model ?? '')
  const [draft, setDraft] = useState(() => priceDraftOf(config?.price ?? null))
  const [from, setFrom] = useState('')
  const [cap, setCap] = useState(String(config?.output_tokens_max ?? ''))
  const price = readPrice(draft)
  const outputTokensMax = readOptional(cap, parseCount)
  const isPriceChanged = JSON.stringify(price) !== JSON.stringify(readPrice(priceDraftOf(config?.price ?? null)))
  const isCapChanged = outputTokensMax !== (config?.output_tokens_max ?? null)
  const isReady = name.trim() !== '' && price !== null && outputTokensMax !== undefined

  const save = async () => {
    if (price === null || outputTokensMax === undefined) return
    const body = {
      ...((isPriceChanged || from !== '') && { price }),
      ...(from !== '' && { valid_from: new Date(from).getTime() }),
      ...(isCapChanged && { output_tokens_max: outputTokensMax }),
    }
    if (Object.keys(body).length > 0) await rest.call(setModelConfig, { params: { model: name.trim() }, body })
    onSaved()
  }
  return (
    <FormDialog
      title={config ? t('prices.editTitle', { model: config.model }) : t('prices.new')}
      submitLabel={t('save')}
      isReady={isReady}
      onSubmit={save}
      onClose={onClose}
    >
      {config === null && (
        <TextField
          label={t('prices.model')}
          value={name}
          maxLength={modelLengthMax}
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={({ target }) => setName(target.value)}
        />
      )}
      <PriceFields draft={draft} onChange={setDraft} />
      <TextField
        label={t('prices.from')}
        hint={t('prices.fromHint')}
        type="datetime-local"
        value={from}
        onChange={({ target }) => setFrom(target.value)}
      />
      <TextField
        label={t('prices.cap')}
        hint={t('prices.capHint')}
        error={outputTokensMax === undefined ? t('field.count') : undefined}
        inputMode="numeric"
        autoComplete="off"
        maxLength={10}
        value={cap}
        onChange={({ target }) => setCap(target.value)}
      />
      {config && <History model={config.model} />}
    </FormDialog>
  )
}

function History({ model }: { model: string }) {
  const { t } = useTranslation('relay')
  const { rest } = useClient()
  const history = useLoaded(
    useCallback(
      (signal: AbortSignal) => rest.call(getModelConfig, { params: { model }, query: {} }, { signal }),
      [rest, model],
    ),
  )
  const prices: ModelHistory['prices'] = history.status === 'ready' ? history.data.data.prices : []
  if (prices.length === 0) return null
  return (
    <section className="flex flex-col gap-1">
      <h3 className="text-sm font-semibold">{t('prices.history')}</h3>
      <ul className="flex flex-col gap-1 text-sm">
        {prices.map((dated) => (
          <HistoryLine key={dated.id} dated={dated} />
        ))}
      </ul>
    </section>
  )
}

function HistoryLine({ dated: { price, valid_from: from } }: { dated: DatedPrice }) {
  const { t, i18n } = useTranslation('relay')
  const rate = (micros: number | undefined) => (micros === undefined ? '–' : formatMicros(micros, i18n.language))
  return (
    <li className="flex justify-between gap-4">
      <span>{new Date(from).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'short' })}</span>
      <span className="text-muted tabular-nums">
        {price === null
          ? t('prices.free')
          : t('prices.historyLine', { input: rate(price.input), output: rate(price.output) })}
      </span>
    </li>
  )
}
