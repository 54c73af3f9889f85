import { Button } from '@chakra-ui/react'
import { ChevronRight, Plus, Trash2 } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { readOptional } from './limits.ts'
import { parseMicros } from './money.ts'
import {
  hasCondition,
  newTier,
  rateNames,
  type PriceDraft,
  type RateName,
  type RatesDraft,
  type TierDraft,
} from './price-draft.ts'

const [inputRate, outputRate, ...restRates] = rateNames
const mainRates = [inputRate, outputRate]

/** What a model costs, with its tiers. */
export function PriceFields({ draft, onChange }: { draft: PriceDraft; onChange: (draft: PriceDraft) => void }) {
  const { t } = useTranslation('relay')
  const { rates, tiers } = draft
  const changeRates = (changed: RatesDraft) => onChange({ ...draft, rates: changed })
  const replace = (tier: TierDraft) =>
    onChange({ ...draft, tiers: tiers.map((each) => (each.key === tier.key ? tier : each)) })
  const nextKey = Math.max(0, ...tiers.map(({ key }) => key + 1))
  return (
    <>
      <RateInputs names={mainRates} rates={rates} onChange={changeRates} />
      <p className="text-muted -mt-2 text-sm">{t('prices.hint')}</p>
      <details className="group">
        <summary className="flex min-h-9 list-none items-center gap-1 text-sm font-semibold">
          <ChevronRight aria-hidden className="icon text-muted group-open:rotate-90" />
          {t('prices.rest')}
        </summary>
        <div className="pt-3">
          <RateInputs names={restRates} rates={rates} onChange={changeRates} />
        </div>
      </details>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-1 font-semibold">{t('prices.tier.title')}</legend>
        <p className="text-muted text-sm">{t('prices.tier.hint')}</p>
        {tiers.map((tier, index) => (
          <TierFields
            key={tier.key}
            number={index + 1}
            tier={tier}
            onChange={replace}
            onRemove={() => onChange({ ...draft, tiers: tiers.filter(({ key }) => key !== tier.key) })}
          />
        ))}
        <Button
          variant="outline"
          className="self-start"
          onClick={() => onChange({ ...draft, tiers: [...tiers, newTier(nextKey)] })}
        >
          <Plus aria-hidden />
          {t('prices.tier.add')}
        </Button>
      </fieldset>
    </>
  )
}

interface RateInputsProps {
  names: readonly RateName[]
  rates: RatesDraft
  onChange: (rates: RatesDraft) => void
}

function RateInputs({ names, rates, onChange }: RateInputsProps) {
  const { t } = useTranslation('relay')
  return (
    <div className="grid grid-cols-2 gap-3">
      {names.map((name) => (
        <TextField
          key={name}
          label={t(`prices.rate.${name}`)}
          error={readOptional(rates[name], parseMicros) === undefined ? t('field.amount') : undefined}
          inputMode="decimal"
          autoComplete="off"
          maxLength={20}
          value={rates[name]}
          onChange={({ target }) => onChange({ ...rates, [name]: target.value })}
        />
      ))}
    </div>
  )
}

interface TierFieldsProps {
  number: number
  tier: TierDraft
  onChange: (tier: TierDraft) => void
  onRemove: () => void
}

function TierFields({ number, tier, onChange, onRemove }: TierFieldsProps) {
  const { t } = useTranslation('relay')
  return (
    <div
      role="group"
      aria-label={t('prices.tier.number', { number })}
      className="border-subtle flex flex-col gap-3 rounded-lg border p-3"
    >
      <div className="flex items-center justify-between">
        <span className="text-sm font-semibold">{t('prices.tier.number', { number })}</span>
        <IconButton label={t('prices.tier.remove', { number })} onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t('prices.tier.from')}
          inputMode="numeric"
          autoComplete="off"
          maxLength={10}
          value={tier.inputTokensFrom}
          onChange={({ target }) => onChange({ ...tier, inputTokensFrom: target.value })}
        />
        <TextField
          label={t('prices.tier.service')}
          autoComplete="off"
          autoCapitalize="none"
          maxLength={32}
          value={tier.serviceTier}
          onChange={({ target }) => onChange({ ...tier, serviceTier: target.value })}
        />
      </div>
      {!hasCondition(tier) && <p className="text-muted text-sm">{t('prices.tier.problem')}</p>}
      <RateInputs names={mainRates} rates={tier.rates} onChange={(rates) => onChange({ ...tier, rates })} />
    </div>
  )
}
