import type { Permission } from '@parley/protocol/access'
import { Building2, KeyRound, type LucideIcon } from 'lucide-react'
import { lazy, type ComponentType } from 'react'
import { useSelector } from 'react-redux'
import { selectMay, type AccessRoot } from '../access/access-slice.ts'

/** The sections of the console, by the last part of their address, in the order they are listed. */
export const sections = ['roles', 'workspaces'] as const

export type Section = (typeof sections)[number]

interface SectionView {
  /** Without it the section is not offered. */
  permission: Permission
  icon: LucideIcon
  page: ComponentType
}

export const sectionViews: Record<Section, SectionView> = {
  roles: { permission: 'roles:read', icon: KeyRound, page: lazy(() => import('../access/roles-page.tsx')) },
  workspaces: {
    permission: 'workspaces:admin',
    icon: Building2,
    page: lazy(() => import('../workspaces/workspaces-page.tsx')),
  },
}

export const isSection = (value: string): value is Section => sections.some((section) => section === value)

/** The sections one may see; it changes the moment a grant does. */
export const useOwnSections = (): Section[] => {
  const seen = useSelector((root: AccessRoot) =>
    sections.filter((section) => selectMay(root, sectionViews[section].permission)).join(' '),
  )
  return useMemo(() => seen.split(' ').filter(isSection), [seen])
}
