import { Button } from '@chakra-ui/react'
import { Compass, MessageCircle, Users } from 'lucide-react'
import { useLocation } from 'wouter'
import { EmptyState } from '../ui/empty-state.tsx'

/** The conversation's place while none is chosen. */
export function Home() {
  const { t } = useTranslation('app')
  return (
    <EmptyState icon={<MessageCircle />} title={t('home.title')}>
      {t('home.text')}
    </EmptyState>
  )
}

/** The person's place while nobody is chosen. */
export function PickPerson() {
  const { t } = useTranslation('people')
  return (
    <EmptyState icon={<Users />} title={t('pick.title')}>
      {t('pick.text')}
    </EmptyState>
  )
}

export function NotFound() {
  const { t } = useTranslation('app')
  const [, navigate] = useLocation()
  return (
    <EmptyState
      icon={<Compass />}
      title={t('notFound.title')}
      action={
        <Button variant="outline" onClick={() => navigate('/')}>
          {t('notFound.action')}
        </Button>
      }
    >
      {t('notFound.text')}
    </EmptyState>
  )
}
