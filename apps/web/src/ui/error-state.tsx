import { Button } from '@chakra-ui/react'
import { CircleAlert } from 'lucide-react'
import { EmptyState } from './empty-state.tsx'

interface ErrorStateProps {
  /** What happened and what to do, in a sentence. */
  message: string
  onRetry?: () => void
}

/** What happened, what to do, and a way to try again. */
export function ErrorState({ message, onRetry }: ErrorStateProps) {
  const { t } = useTranslation('ui')
  return (
    <div role="alert" className="h-full">
      <EmptyState
        icon={<CircleAlert />}
        title={t('error.title')}
        action={
          onRetry && (
            <Button variant="outline" onClick={onRetry}>
              {t('error.retry')}
            </Button>
          )
        }
      >
        {message}
      </EmptyState>
    </div>
  )
}
