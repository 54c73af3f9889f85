import {
  Building2,
  Flag,
  Gauge,
  HardDrive,
  KeyRound,
  MessagesSquare,
  MonitorSmartphone,
  ScrollText,
  Server,
  Users,
} from 'lucide-react'
import { lazy } from 'react'
import { usePermittedSections, type SectionView } from '../access/console-sections.ts'

/** The sections of the console, by the last part of their address, in the order they are listed. */
export const sections = [
  'overview',
  'people',
  'roles',
  'sessions',
  'rooms',
  'storage',
  'reports',
  'audit',
  'workspaces',
  'system',
] as const

export type Section = (typeof sections)[number]

export const sectionViews: Record<Section, SectionView> = {
  overview: { permission: 'workspace:admin', icon: Gauge, page: lazy(() => import('./overview-page.tsx')) },
  people: { permission: 'people:admin', icon: Users, page: lazy(() => import('./people-page.tsx')) },
  roles: { permission: 'roles:read', icon: KeyRound, page: lazy(() => import('../access/roles-page.tsx')) },
  sessions: {
    permission: 'sessions:admin',
    icon: MonitorSmartphone,
    page: lazy(() => import('./sessions-page.tsx')),
  },
  rooms: { permission: 'rooms:admin', icon: MessagesSquare, page: lazy(() => import('./rooms-page.tsx')) },
  storage: { permission: 'files:admin', icon: HardDrive, page: lazy(() => import('./storage-page.tsx')) },
  reports: { permission: 'reports:admin', icon: Flag, page: lazy(() => import('./reports-page.tsx')) },
  audit: { permission: 'audit:read', icon: ScrollText, page: lazy(() => import('./audit-page.tsx')) },
  workspaces: {
    permission: 'workspaces:admin',
    icon: Building2,
    page: lazy(() => import('../workspaces/workspaces-page.tsx')),
  },
  system: { permission: 'system:read', icon: Server, page: lazy(() => import('./system-page.tsx')) },
}

export const isSection = (value: string): value is Section => sections.some((section) => section === value)

/** The sections one may see; it changes the moment a grant does. */
export const useOwnSections = (): Section[] => usePermittedSections(sections, sectionViews)
