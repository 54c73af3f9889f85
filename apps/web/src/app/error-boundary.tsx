import { Button } from '@chakra-ui/react'
import { RotateCw } from 'lucide-react'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { EmptyState } from '../ui/empty-state.tsx'

interface ErrorBoundaryState {
  crashed: boolean
}

/** Shows a way out instead of a white page. React offers this to classes only. */
export class ErrorBoundary extends Component<{ children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { crashed: false }

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { crashed: true }
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo) {
    reportError(new Error(`A page stopped working.${componentStack ?? ''}`, { cause: error }))
  }

  override render() {
    return this.state.crashed ? <Crashed /> : this.props.children
  }
}

function Crashed() {
  const { t } = useTranslation('app')
  return (
    <div role="alert" className="bg-raised h-full min-h-80">
      <EmptyState
        icon={<RotateCw />}
        title={t('crash.title')}
        action={<Button onClick={() => location.reload()}>{t('crash.action')}</Button>}
      >
        {t('crash.text')}
      </EmptyState>
    </div>
  )
}
