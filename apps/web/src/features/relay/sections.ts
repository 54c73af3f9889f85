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
} from 'lucide-react'
import { lazy } from 'react'
import { usePermittedSections, type SectionView } from '../access/console-sections.ts'

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
export const useOwnSections = (): Section[] => usePermittedSections(sections, sectionViews)
