import type { Permission } from '@parley/protocol/access'
import {
  Boxes,
  MessageSquareText,
  Cable,
  ChartColumn,
  KeyRound,
  Rocket,
  ScrollText,
  Settings,
  Tags,
  type LucideIcon,
} from 'lucide-react'
import { lazy, type ComponentType } from 'react'
import { useSelector } from 'react-redux'
import { selectMay, type AccessRoot } from '../access/access-slice.ts'

/** The sections of the relay, by the last part of their address, in the order they are listed. */
export const sections = [
  'overview',
  'start',
  'tokens',
  'playground',
  'logs',
  'channels',
  'models',
  'groups',
  'settings',
] as const

export type Section = (typeof sections)[number]

interface SectionView {
  /** Without it the section is not offered. */
  permission: Permission
  icon: LucideIcon
  page: ComponentType
}

export const sectionViews: Record<Section, SectionView> = {
  overview: { permission: 'relay:read', icon: ChartColumn, page: lazy(() => import('./overview-page.tsx')) },
  start: { permission: 'relay:admin', icon: Rocket, page: lazy(() => import('./start-page.tsx')) },
  tokens: { permission: 'relay:read', icon: KeyRound, page: lazy(() => import('./tokens-page.tsx')) },
  playground: {
    permission: 'relay:read',
    icon: MessageSquareText,
    page: lazy(() => import('./playground-page.tsx')),
  },
  logs: { permission: 'relay:read', icon: ScrollText, page: lazy(() => import('./logs-page.tsx')) },
  channels: { permission: 'relay:admin', icon: Cable, page: lazy(() => import('./channels-page.tsx')) },
  models: { permission: 'relay:admin', icon: Tags, page: lazy(() => import('./models-page.tsx')) },
  groups: { permission: 'relay:admin', icon: Boxes, page: lazy(() => import('./groups-page.tsx')) },
  settings: { permission: 'relay:admin', icon: Settings, page: lazy(() => import('./settings-page.tsx')) },
}

export const isSection = (value: string): value is Section => sections.some((section) => section === value)

/** The sections one may see; it changes the moment a grant does. */
export const useOwnSections = (): Section[] => {
  const seen = useSelector((root: AccessRoot) =>
    sections.filter((section) => selectMay(root, sectionViews[section].permission)).join(' '),
  )
  return useMemo(() => seen.split(' ').filter(isSection), [seen])
}
