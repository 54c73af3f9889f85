import type { RelayToken } from '@parley/protocol/relay'
import { useNow } from '../../ui/clock.ts'
import type { Column } from '../../ui/data-table.tsx'
import { StateText } from '../../ui/state-text.tsx'
import { ModelsCell, RatesCell, SpentCell } from './limit-cells.tsx'

/** What a table of tokens says of each. */
export function useTokenColumns(): Column<RelayToken>[] {
  const { t } = useTranslation('relay')
  return [
    { id: 'name', label: t('tokens.name'), isSortable: true, renderCell: (token) => <TokenName token={token} /> },
    { id: 'group', label: t('group.label'), renderCell: ({ group }) => group },
    { id: 'models', label: t('models.label'), renderCell: ({ models }) => <ModelsCell models={models} /> },
    { id: 'spent', label: t('quota.spent'), isNumber: true, renderCell: (token) => <SpentCell {...token} /> },
    { id: 'rates', label: t('rates.title'), renderCell: (token) => <RatesCell rates={token} /> },
    { id: 'status', label: t('status.label'), renderCell: (token) => <TokenStatus token={token} /> },
  ]
}

function TokenName({ token }: { token: RelayToken }) {
  const { t } = useTranslation('relay')
  const { name, key_shown: start, owner } = token
  return (
    <>
      <span className="block truncate font-semibold">{name}</span>
      <span className="text-muted block truncate text-sm font-normal">
        <span className="sr-only">{t('tokens.keyShown', { start })}</span>
        <code aria-hidden>{start}…</code>
        {owner && ` ${t('tokens.owner', { name: owner.name })}`}
      </span>
    </>
  )
}

function TokenStatus({ token }: { token: RelayToken }) {
  const { t, i18n } = useTranslation('relay')
  const nowMs = useNow()
  const { status, expired_at: end, previous_key_until: overlapEnd } = token
  const hasEnded = end !== null && end <= nowMs
  const shown = hasEnded ? 'expired' : status
  return (
    <>
      <StateText tone={shown === 'enabled' ? 'good' : 'off'}>{t(`status.${shown}`)}</StateText>
      {end !== null && !hasEnded && (
        <span className="text-muted block truncate text-sm">
          {/* An end is the first moment of the day after. */}
          {t('tokens.until', { day: new Date(end - 1).toLocaleDateString(i18n.language, { dateStyle: 'medium' }) })}
        </span>
      )}
      {overlapEnd !== null && overlapEnd > nowMs && (
        <span className="text-muted block truncate text-sm">
          {t('tokens.overlap', {
            until: new Date(overlapEnd).toLocaleString(i18n.language, { dateStyle: 'short', timeStyle: 'short' }),
          })}
        </span>
      )}
    </>
  )
}
