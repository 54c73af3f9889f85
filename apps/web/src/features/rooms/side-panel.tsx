import { FileText, Pin, Search, Settings, Users, X } from 'lucide-react'
import type { Room } from '@parley/protocol/rooms'
import type { ComponentType } from 'react'
import { useSelector } from 'react-redux'
import { usePanel } from '../../ui/frame/use-panel.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { SkeletonRows } from '../../ui/skeleton.tsx'
import { FilesPanel } from './files-panel.tsx'
import { MembersPanel } from './members-panel.tsx'
import { PinsPanel } from './pins-panel.tsx'
import { RoomSettings } from './room-settings.tsx'
import { selectRoom, selectRoomsStatus, type RoomsRoot } from './rooms-slice.ts'
import { SearchPanel } from './search-panel.tsx'

const tabs = ['members', 'pins', 'files', 'search', 'settings'] as const

type Tab = (typeof tabs)[number]

const icons = { members: Users, pins: Pin, files: FileText, search: Search, settings: Settings }

const panels: Record<Tab, ComponentType<{ room: Room }>> = {
  members: MembersPanel,
  pins: PinsPanel,
  files: FilesPanel,
  search: SearchPanel,
  settings: RoomSettings,
}

interface SidePanelProps {
  roomId: string
  /** Which panel, as the address names it. */
  name: string
}

/** What belongs to a room beside its conversation. */
export function SidePanel({ roomId, name }: SidePanelProps) {
  const { t } = useTranslation(['rooms', 'ui'])
  const { openPanel, closePanel } = usePanel()
  const room = useSelector((root: RoomsRoot) => selectRoom(root, roomId))
  const status = useSelector(selectRoomsStatus)
  const current = tabs.find((tab) => tab === name) ?? 'members'
  const Panel = panels[current]
  return (
    <section aria-label={t(`panel.${current}`)} className="flex h-full flex-col">
      <header className="flex h-14 flex-none items-center gap-0.5 pr-1.5 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-semibold">{t(`panel.${current}`)}</h2>
        <nav aria-label={t('panel.label')} className="flex">
          {tabs.map((tab) => {
            const Icon = icons[tab]
            return (
              <IconButton
                key={tab}
                label={t(`panel.${tab}`)}
                active={tab === current}
                onClick={() => openPanel(tab)}
                className="!w-8 pointer-coarse:!w-10"
              >
                <Icon />
              </IconButton>
            )
          })}
        </nav>
        <IconButton label={t('ui:close')} onClick={closePanel}>
          <X />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1">
        {room ? <Panel key={roomId} room={room} /> : status === 'loading' && <SkeletonRows rows={6} />}
      </div>
    </section>
  )
}
