import { ChakraProvider } from '@chakra-ui/react'
import type { ParleyClient } from '@parley/client/client'
import { Suspense } from 'react'
import { Provider as ReduxProvider } from 'react-redux'
import { ClientProvider } from '../realtime/client-context.tsx'
import { system } from '../ui/theme/system.ts'
import { ToastOutlet } from '../ui/toast.tsx'
import { TooltipLayer } from '../ui/tooltip-layer.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Routes } from './routes.tsx'
import type { Store } from './store.ts'

/** Everything around the pages. */
export function App({ store, client }: { store: Store; client: ParleyClient }) {
  return (
    <ReduxProvider store={store}>
      <ClientProvider client={client}>
        <ChakraProvider value={system}>
          <ErrorBoundary>
            <Suspense fallback={null}>
              <Routes />
            </Suspense>
          </ErrorBoundary>
          <ToastOutlet />
          <TooltipLayer />
        </ChakraProvider>
      </ClientProvider>
    </ReduxProvider>
  )
}
