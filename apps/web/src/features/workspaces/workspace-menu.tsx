import { isOpen } from '@parley/protocol/workspaces'
import { Check, Settings } from 'lucide-react'
import { useLocation } from 'wouter'
import { Menu } from '../../ui/menu.tsx'
import { useOwnWorkspaces } from './use-own-workspaces.ts'

const productName = 'Parley'

/** Where one is, at the top of the rail: opens the list of one's workspaces. */
export function WorkspaceMenu() {
  const { t } = useTranslation('workspaces')
  const [, navigate] = useLocation()
  const { loaded, open } = useOwnWorkspaces()
  const workspaces = loaded.status === 'ready' ? loaded.data.items : []
  const name = workspaces.find(({ current }) => current)?.name ?? productName
  const initial = Array.from(name.trim())[0]?.toLocaleUpperCase() ?? 'P'
  return (
    <Menu
      placement="bottom-start"
      trigger={
        <button
          type="button"
          aria-label={t('menu.label', { name })}
          data-tooltip={name}
          data-tooltip-beside
          className="bg-accent text-accent-contrast grid size-10 place-items-center rounded-lg font-semibold"
        >
          {initial}
        </button>
      }
      groups={[
        workspaces.map(({ id, name: label, status, current }) => ({
          id,
          label,
          icon: current ? <Check /> : <span className="size-4 flex-none" />,
          disabled: !isOpen(status),
          run: () => {
            if (!current) open(id)
          },
        })),
        [
          {
            id: 'settings',
            label: t('menu.settings'),
            icon: <Settings />,
            run: () => navigate('/settings/workspace'),
          },
        ],
      ]}
    />
  )
}
