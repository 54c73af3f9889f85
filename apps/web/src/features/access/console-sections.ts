import type { Permission } from '@parley/protocol/access'
import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import { useSelector } from 'react-redux'
import { selectMay, type AccessRoot } from './access-slice.ts'

/** One section of a console. */
export interface SectionView {
  /** Without it the section is not offered. */
  permission: Permission
  icon: LucideIcon
  page: ComponentType
}

/** Those of a console's sections that one may see, in their order; it changes the moment a grant does. */
export function usePermittedSections<Section extends string>(
  sections: readonly Section[],
  views: Record<Section, SectionView>,
): Section[] {
  const seen = useSelector((root: AccessRoot) =>
    sections.filter((section) => selectMay(root, views[section].permission)).join(' '),
  )
  return useMemo(() => {
    const names = new Set(seen.split(' '))
    return sections.filter((section) => names.has(section))
  }, [sections, seen])
}
