import type { RelayToken } from '@parley/protocol/relay'
import { Ellipsis, Pencil, Power, RefreshCw, Trash2 } from 'lucide-react'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'

interface TokenMenuProps {
  token: RelayToken
  onEdit: () => void
  onRotate: () => void
  onTurn: () => void
  onDelete: () => void
}

/** What can be done with a token. */
export function TokenMenu({ token, onEdit, onRotate, onTurn, onDelete }: TokenMenuProps) {
  const { t } = useTranslation('relay')
  const turn = token.status === 'enabled' ? t('turnOff') : t('turnOn')
  return (
    <Menu
      trigger={
        <IconButton label={t('actions', { name: token.name })}>
          <Ellipsis />
        </IconButton>
      }
      groups={[
        [
          { id: 'edit', label: t('edit'), icon: <Pencil />, run: onEdit },
          { id: 'rotate', label: t('tokens.rotate'), icon: <RefreshCw />, run: onRotate },
          { id: 'turn', label: turn, icon: <Power />, run: onTurn },
        ],
        [{ id: 'delete', label: t('tokens.delete'), icon: <Trash2 />, danger: true, run: onDelete }],
      ]}
    />
  )
}
