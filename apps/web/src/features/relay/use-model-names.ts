import { listModelConfigs } from '@parley/protocol/relay-models'
import { useClient } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** Models that are served or priced, to be suggested; none until they are known. */
export const useModelNames = (): readonly string[] => {
  const { rest } = useClient()
  const loaded = useLoaded(
    useCallback((signal: AbortSignal) => rest.call(listModelConfigs, { query: { per_page: 100 } }, { signal }), [rest]),
  )
  const models = loaded.status === 'ready' ? loaded.data.data.models : undefined
  return useMemo(() => models?.map(({ model }) => model) ?? [], [models])
}
