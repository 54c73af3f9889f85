import { Lock } from 'lucide-react'
import { useSelector } from 'react-redux'
import { EmptyState } from '../../ui/empty-state.tsx'
import { selectOwnAccess } from './access-slice.ts'

/** Says that a page is not for the reader, once it is known what they may do, and not before. */
export function Denied({ title, text }: { title: string; text: string }) {
  const isKnown = useSelector(selectOwnAccess) !== null
  if (!isKnown) return null
  return (
    <EmptyState icon={<Lock />} title={title}>
      {text}
    </EmptyState>
  )
}
