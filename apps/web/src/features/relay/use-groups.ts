import { listGroups } from '@parley/protocol/relay'
import { useClient } from '../../realtime/client-context.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** The groups one sees, to choose from. */
export const useGroups = () => {
  const { rest } = useClient()
  return useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const { data } = await rest.call(listGroups, { query: { per_page: 100, order: 'id' } }, { signal })
        return data.groups
      },
      [rest],
    ),
  )
}
